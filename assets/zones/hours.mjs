// The venue's hours, which rules go by: rows of a table, saved apart from the zones, since they are every camera's.
import { ask, made } from "../scene/words.mjs";

const FRESH = { period: "teaching", weekdays: [1, 2, 3, 4, 5], since: "08:00", until: "17:30", first_on: null, last_on: null };

export class HoursForm {
  constructor(node, words, rows, address) {
    Object.assign(this, { node, all: words, words: words.hours, address, before: structuredClone(rows), rows: structuredClone(rows) });
    this.said = made("p", "hours-said", "", { role: "status" });
    this.list = made("div", "hours-list");
    this.saveButton = made("button", "primary", this.words.save, { type: "button", "data-act": "save-hours", click: () => this.save() });
    const add = made("button", "", this.words.add, { type: "button", "data-act": "add-hours", click: () => { this.rows.push(structuredClone(FRESH)); this.draw(); } });
    node.replaceChildren(made("div", "panel-head", [made("h2", "", this.words.title)]), made("p", "quiet", this.words.hint), this.list, made("div", "hours-acts", [add, this.saveButton, this.said]));
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...(this.rows.length ? this.rows.map((row, index) => this.#row(row, index)) : [made("p", "quiet", this.words.none)]));
    this.#settle();
  }

  #settle() { this.saveButton.disabled = JSON.stringify(this.rows) === JSON.stringify(this.before); }

  #row(row, index) {
    const { words, all } = this;
    const field = (name, type) => made("label", "", [words[name], made("input", "", null, { type, value: row[name] || "", "data-hours": name, input: (event) => { row[name] = event.target.value || null; this.#settle(); } })]);
    const period = made("select", "", Object.entries(all.periods).filter(([value]) => value !== "outside_teaching").map(([value, text]) => made("option", "", text, { value, selected: value === row.period })), { "data-hours": "period", change: (event) => { row.period = event.target.value; this.#settle(); } });
    const days = all.weekdays.map((text, i) => made("label", "check", [made("input", "", null, { type: "checkbox", checked: row.weekdays.includes(i + 1), change: (event) => { row.weekdays = row.weekdays.filter((day) => day !== i + 1).concat(event.target.checked ? [i + 1] : []).sort(); this.#settle(); } }), text]));
    return made("fieldset", "hours-row", [made("label", "", [words.period, period]), made("span", "hours-days", days, { role: "group", "aria-label": words.days }), field("since", "time"), field("until", "time"), field("first_on", "date"), field("last_on", "date"),
      made("button", "plain danger", "×", { type: "button", title: words.remove, "aria-label": words.remove, click: () => { this.rows.splice(index, 1); this.draw(); } })]);
  }

  async save() {
    if (this.rows.some((row) => !row.since || !row.until || !row.weekdays.length)) { this.#tell(this.words.incomplete, "bad"); return; }
    this.saveButton.disabled = true;
    try {
      await ask(this.address, { before: this.before, after: this.rows });
      this.before = structuredClone(this.rows);
      this.#tell(this.words.saved, "good");
    } catch (error) { this.#tell(error.status ? error.message : this.all.lost, "bad"); } finally { this.#settle(); }
  }

  #tell(sentence, kind) {
    this.said.textContent = sentence;
    this.said.className = `hours-said ${kind}`;
  }
}
