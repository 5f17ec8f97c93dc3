// The forms beside the picture: each zone with its name and rules, each rule with its numbers, limits and hours.
import { fill, made, moment } from "../scene/words.mjs";

export class Forms {
  constructor(node, words, limits, acts) {
    Object.assign(this, { node, words, limits, acts, rows: new Map(limits.rules.map((row) => [row.rule, row])), drawn: "" });
  }

  // Drawn anew only where something else is to be shown: who types keeps the field.
  draw(plan, chosen) {
    const shape = JSON.stringify([chosen, plan.zones.map(({ id, rules }) => [id, rules.map(({ rule, id: n, registers }) => [rule, n, registers])]), plan.whole.map(({ rule, id }) => [rule, id])]);
    this.plan = plan;
    if (shape === this.drawn) { this.#refresh(plan); return; }
    this.drawn = shape;
    const zones = plan.zones.map((zone, index) => this.#zone(zone, index, index === chosen));
    const empty = plan.zones.length ? [] : [made("p", "quiet", this.words.none)];
    this.node.replaceChildren(made("h2", "", this.words.zones), ...empty, ...zones, this.#whole(plan));
  }

  // Undoing changes values under the fields.
  #refresh(plan) {
    for (const field of this.node.querySelectorAll("[data-field]")) {
      if (field === document.activeElement && field.type !== "checkbox") continue;
      const value = this.#value(plan, field.dataset);
      if (value === undefined) continue;
      if (field.type === "checkbox") field.checked = value.includes(field.value); else field.value = value;
      this.#judge(field);
    }
  }

  #value(plan, { zone, rule, field }) {
    if (field === "name") return plan.zones[zone]?.name;
    const found = this.#rule(plan, zone, rule);
    if (!found) return undefined;
    return field.startsWith("params.") ? found.params[field.slice(7)] ?? "" : found[field];
  }

  #rule(plan, zone, rule) { return (zone === "whole" ? plan.whole : plan.zones[zone]?.rules)?.[rule]; }

  #zone(zone, index, isHere) {
    const { words } = this;
    const name = made("input", "", null, { type: "text", maxlength: this.limits.name, value: zone.name, "aria-label": words.name, "data-field": "name", "data-zone": index,
      focus: () => this.acts.choose(index), input: (event) => { const { value } = event.target; this.acts.change((plan) => { plan.zones[index].name = value; }, `name-${index}`); } });
    const head = made("div", "zone-head", [made("i", `zone-swatch zone-tone-${index % 6}`), name, made("button", "plain danger", "×", { type: "button", title: words.remove_zone, "aria-label": `${words.remove_zone} ${zone.name}`, click: () => this.acts.remove(index) })]);
    if (!isHere) {
      const told = zone.rules.map(({ rule }) => words.rules[rule]).join("、") || "–";
      return made("section", "zone-card", [head, made("button", "plain zone-open", told, { type: "button", click: () => this.acts.choose(index) })]);
    }
    return made("section", "zone-card here", [head, ...zone.rules.map((rule, place) => this.#ruleCard(rule, index, place, zone)), this.#adding(zone.rules, index)]);
  }

  #whole(plan) {
    const { words } = this;
    return made("section", "zone-card whole", [made("h3", "", words.whole), ...plan.whole.map((rule, place) => this.#ruleCard(rule, "whole", place, null)), this.#adding(plan.whole, "whole")]);
  }

  #adding(rules, zone) {
    const { words } = this, used = new Set(rules.map(({ rule }) => rule));
    const left = this.limits.rules.filter((row) => !used.has(row.rule) && (zone === "whole" ? !row.needs_zone : true));
    if (!left.length) return null;
    return made("select", "zone-add", [made("option", "", words.add_rule, { value: "" }), ...left.map((row) => made("option", "", words.rules[row.rule], { value: row.rule }))], {
      "aria-label": words.add_rule, "data-adds": zone, change: (event) => {
        const row = this.rows.get(event.target.value);
        if (!row) return;
        const params = Object.fromEntries(row.params.map((param) => [param.name, param.default]));
        this.acts.change((plan) => { (zone === "whole" ? plan.whole : plan.zones[zone].rules).push({ id: null, rule: row.rule, mode: row.mode, periods: [], threshold: row.threshold, standing: null, params, registers: false, has_look: false, muted_at: null, judged: 0 }); });
      } });
  }

  #ruleCard(rule, zone, place, drawn) {
    const { words } = this, row = this.rows.get(rule.rule);
    const set = (act, kind) => this.acts.change((plan) => act(this.#rule(plan, zone, place)), kind && `${kind}-${zone}-${place}`);
    const modes = Object.entries(words.modes).filter(([mode]) => mode !== "ring" || row.rings || rule.mode === "ring");
    const mode = made("select", "", modes.map(([value, text]) => made("option", "", text, { value, selected: value === rule.mode })), { "data-field": "mode", "data-zone": zone, "data-rule": place, change: (event) => { const { value } = event.target; set((each) => { each.mode = value; }); } });
    const numbers = row.params.map((param) => this.#number(words.params[param.name], rule.params[param.name], param, `params.${param.name}`, zone, place, (value) => set((each) => { each.params[param.name] = value; }, param.name)));
    numbers.push(this.#number(words.threshold, rule.threshold, { least: row.lowest, most: row.highest }, "threshold", zone, place, (value) => set((each) => { each.threshold = value; }, "threshold")));
    const periods = Object.entries(words.periods).map(([value, text]) => made("label", "check", [made("input", "", null, { type: "checkbox", value, checked: rule.periods.includes(value), "data-field": "periods", "data-zone": zone, "data-rule": place,
      change: (event) => { const { checked } = event.target; set((each) => { each.periods = each.periods.filter((one) => one !== value).concat(checked ? [value] : []).sort(); }); } }), text]));
    return made("fieldset", "rule-card", [
      made("legend", "", words.rules[rule.rule]),
      made("button", "plain danger rule-remove", "×", { type: "button", title: words.remove_rule, "aria-label": `${words.remove_rule} ${words.rules[rule.rule]}`, click: () => this.acts.change((plan) => { (zone === "whole" ? plan.whole : plan.zones[zone].rules).splice(place, 1); }) }),
      made("p", "quiet", words.rules_told[rule.rule]),
      rule.muted_at ? made("p", "rule-muted", fill(words.muted, { at: moment(rule.muted_at) })) : null,
      made("div", "rule-fields", [made("label", "", [words.mode, mode]), ...numbers]),
      made("div", "rule-when", [made("span", "", words.when), ...periods, made("small", "quiet", words.always)]),
      rule.rule === "equipment_missing" && drawn ? this.#look(rule, drawn, set) : null,
      rule.judged ? made("small", "quiet", fill(words.judged, { n: rule.judged })) : null,
    ]);
  }

  #number(label, value, param, field, zone, place, take) {
    const limits = fill(this.words.between, { least: plain(param.least), most: plain(param.most) });
    const input = made("input", "", null, { type: "number", step: param.is_whole ? 1 : "any", min: param.least, max: param.most, value, required: true, inputmode: param.is_whole ? "numeric" : "decimal", "data-field": field, "data-zone": zone, "data-rule": place,
      input: (event) => { const typed = event.target.value; take(typed === "" ? null : Number(typed)); this.#judge(event.target); } });
    const node = made("label", "", [label, input, made("small", "quiet", limits)]);
    input.dataset.label = label;
    return node;
  }

  #judge(field) { if (field.type === "number") field.setAttribute("aria-invalid", String(!field.checkValidity())); }

  #look(rule, drawn, set) {
    const { words } = this, isNew = !rule.has_look || rule.registers;
    const crop = this.acts.crop(drawn.corners);
    const again = rule.has_look ? made("label", "check", [made("input", "", null, { type: "checkbox", checked: rule.registers, change: (event) => { const { checked } = event.target; set((each) => { each.registers = checked; }); } }), words.registers]) : null;
    return made("div", "rule-look", [crop, made("span", "", [made("span", "", isNew ? words.look : words.look_kept), again])]);
  }

  // The first thing that the portal would refuse, in a sentence; null where there is none.
  fault(plan) {
    const lists = [...plan.zones.map((zone, index) => [index, zone.rules]), [null, plan.whole]];
    const nameless = plan.zones.findIndex((zone) => !zone.name.trim());
    if (nameless >= 0) return { zone: nameless, message: this.words.no_name };
    for (const [zone, rules] of lists) {
      for (const rule of rules) {
        const row = this.rows.get(rule.rule), message = this.#wrong(rule, row);
        if (message) return { zone, message: `${this.words.rules[rule.rule]}：${message}` };
      }
    }
    return null;
  }

  #wrong(rule, row) {
    const numbers = [...row.params.map((param) => [this.words.params[param.name], rule.params[param.name], param]), [this.words.threshold, rule.threshold, { least: row.lowest, most: row.highest }]];
    for (const [name, value, param] of numbers) {
      const isNumber = typeof value === "number" && Number.isFinite(value), facts = { name, least: plain(param.least), most: plain(param.most) };
      if (param.is_whole && isNumber && !Number.isInteger(value)) return fill(this.words.whole_number, facts);
      // A threshold learnt to the edge of its limits is held as a 32-bit number.
      if (!isNumber || value < param.least - 1e-6 || value > param.most + 1e-6) return fill(this.words.out_of, facts);
    }
    return null;
  }
}

const plain = (value) => String(value);
