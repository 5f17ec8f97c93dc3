// The forms beside the sheet: what is chosen, in figures; what is still to be placed.
import { areaOf, drawnAreas, floorOf, placedIds, setFloors, sidesOf } from "./draft.mjs";
import { signOf } from "./marks.mjs";
import { fill, levelName, made } from "./words.mjs";

export class Panel {
  constructor(node, words, acts) {
    Object.assign(this, { node, words, acts });
  }

  // Drawn anew after each act; the field in which somebody types keeps its place.
  draw(state) {
    const focus = this.node.contains(document.activeElement) ? document.activeElement.name : null;
    const { chosen, at, plan } = state, parts = [];
    const form = chosen?.kind ? this[`_${chosen.kind}`]?.(state) : null;
    if (form) parts.push(form);
    else if (at && plan.buildings[at.number]) parts.push(this._building({ ...state, chosen: { kind: "building", at } }));
    parts.push(this.#waiting(state));
    this.node.replaceChildren(...parts);
    if (focus) this.node.querySelector(`[name="${focus}"]`)?.focus({ preventScroll: true });
  }

  #field(name, label, value, put, options = {}) {
    const field = made("input", "", null, { name, type: options.type || "number", value: value ?? "", step: options.step || "0.1", min: options.min, max: options.max, maxlength: options.maxlength,
      checked: options.type === "checkbox" && value, change: () => {
        const told = options.type === "checkbox" ? field.checked : options.type === "text" ? field.value.trim() : Number(field.value);
        if (field.checkValidity() && (options.type || Number.isFinite(told))) this.acts.change((plan) => put(told, plan), name);
        else field.reportValidity();
      } });
    return made("label", options.type === "checkbox" ? "check" : "", options.type === "checkbox" ? [field, made("span", "", label)] : [made("span", "", label), field]);
  }

  #form(title, fields, mayRemove = true) {
    const end = mayRemove ? made("button", "danger", this.words.delete, { type: "button", click: () => this.acts.remove() }) : null;
    return made("section", "plan-form", [made("h3", "", title), made("div", "plan-fields", fields.filter(Boolean)), end]);
  }

  _building({ plan, chosen, at }) {
    const { words } = this, building = plan.buildings[chosen.at.number], floor = floorOf(plan, at), sides = sidesOf(building.outline);
    const above = building.floors.filter((each) => each.level > 0).length, below = building.floors.length - above;
    const of = (act) => (value, now) => act(now.buildings[chosen.at.number], value);
    const side = (name, label, axis) => this.#field(name, label, Math.round(sides[axis] * 100) / 100, of((now, value) => {
      const low = Math.min(...now.outline.map((spot) => spot[axis])), before = sidesOf(now.outline)[axis];
      for (const spot of now.outline) if (spot[axis] !== low) spot[axis] = Math.round((spot[axis] - before + value) * 1000) / 1000;
    }), { min: 1, max: 500 });
    const fields = [
      this.#field("name", words.name, building.name, of((now, value) => { now.name = value; }), { type: "text", maxlength: 60 }),
      sides ? side("length", words.length, 0) : null, sides ? side("width", words.width, 1) : null,
      building.is_outdoors ? null : this.#field("above", words.floors_above, above, of((now, value) => setFloors(now, Math.max(1, Math.round(value)), below)), { step: 1, min: 1, max: 50 }),
      building.is_outdoors ? null : this.#field("below", words.floors_below, below, of((now, value) => setFloors(now, above, Math.max(0, Math.round(value)))), { step: 1, min: 0, max: 9 }),
      building.is_outdoors ? null : this.#field("each", words.floor_height, floor?.height, of((now, value) => setFloors(now, above, below, value)), { min: 2, max: 30 }),
      building.is_outdoors || !floor ? null : this.#field("height", `${words.this_height} (${levelName(at.level)})`, floor.height, (value, now) => { floorOf(now, at).height = value; }, { min: 2, max: 30 }),
      above === 1 && below === 0 ? this.#field("outdoors", words.outdoors, building.is_outdoors, of((now, value) => { now.is_outdoors = value; now.floors[0].height = value ? 0 : 3.6; }), { type: "checkbox" }) : null,
    ];
    return this.#form(`${building.name} · ${fill(words.square, { n: Math.round(areaOf(floor?.outline || building.outline)) })}`, fields);
  }

  _area({ plan, chosen, areas, at }) {
    const { words } = this, area = floorOf(plan, at)?.areas[chosen.index];
    if (!area) return null;
    const drawn = drawnAreas(plan), free = [...areas.values()].filter((each) => each.floor === at.level && (!drawn.has(each.id) || each.id === area.area_id));
    const select = made("select", "", [made("option", "", words.plain_room, { value: "" }), ...free.map((each) => made("option", "", `${each.name} (${words.area_kinds[each.kind] || each.kind})`, { value: each.id, selected: each.id === area.area_id }))],
      { name: "area", change: () => this.acts.change((now) => {
        const part = floorOf(now, at).areas[chosen.index];
        part.area_id = select.value ? Number(select.value) : null;
        part.name = areas.get(part.area_id)?.name || part.name || words.room;
      }) });
    const name = area.area_id === null ? this.#field("room", words.name, area.name, (value, now) => { floorOf(now, at).areas[chosen.index].name = value; }, { type: "text", maxlength: 60 }) : null;
    return this.#form(`${words.area} · ${fill(words.square, { n: Math.round(areaOf(area.outline)) })}`, [made("label", "", [made("span", "", words.controlled_area), select]), name]);
  }

  _route() {
    return this.#form(this.words.route, []);
  }

  _device({ plan, chosen, devices, at }) {
    const { words } = this, place = floorOf(plan, at)?.devices[chosen.index], device = place && devices.get(place.device_id);
    if (!device) return null;
    const put = (name, inner = null) => (value, now) => { const each = floorOf(now, at).devices[chosen.index]; (inner ? each[inner] : each)[name] = value; };
    const fields = [this.#field("z", words.height, place.z, put("z"), { min: 0, max: 30 })];
    if (place.cone) {
      fields.push(this.#field("heading", words.heading, place.cone.heading, put("heading", "cone"), { step: 1, min: 0, max: 360 }), this.#field("angle", words.angle, place.cone.angle, put("angle", "cone"), { step: 1, min: 5, max: 360 }),
        this.#field("reach", words.reach, place.cone.reach, put("reach", "cone"), { step: 0.5, min: 1, max: 200 }));
    }
    return this.#form(`${words.device_kinds[device.kind]} · ${device.code}`, fields);
  }

  // Devices without a place, those of this floor first.
  #waiting({ plan, devices, areas, at, placing }) {
    const { words } = this, placed = placedIds(plan), waiting = [...devices.values()].filter((device) => !placed.has(device.id));
    if (!devices.size) return made("span");
    if (!waiting.length) return made("section", "plan-waiting", [made("h3", "", words.to_place), made("p", "quiet", words.all_placed)]);
    const here = waiting.filter((device) => !at || !areas.get(device.area_id) || areas.get(device.area_id).floor === at.level);
    const rows = here.map((device) => {
      const sign = made("i", "mark mark-heard still");
      sign.innerHTML = signOf(device.kind, "heard");
      return made("li", "", made("button", `plan-device${placing === device.id ? " here" : ""}`, [sign, made("span", "", [made("b", "", words.device_kinds[device.kind]), made("small", "", [areas.get(device.area_id)?.name, device.code].filter(Boolean).join(" · "))])],
        { type: "button", "data-device": device.id, "aria-pressed": String(placing === device.id), click: (event) => this.acts.placing(device.id, event.detail === 0), pointerdown: (event) => this.acts.carry(device.id, event) }));
    });
    const rest = waiting.length - here.length;
    return made("section", "plan-waiting", [made("h3", "", `${words.to_place} · ${waiting.length}`), made("p", "quiet", words.place_hint), made("ul", "", rows), rest ? made("p", "quiet", fill(words.not_on_floor, { n: rest })) : null]);
  }
}
