// The same content as a list: for readers who hear the page, for browsers that draw nothing, and to find a device by eye.
import { fill, levelName, LEVELS, made, moment } from "./words.mjs";
import { signOf, stateOf, wordsOf } from "./marks.mjs";

export class List {
  constructor(node, words, acts) {
    this.node = node;
    this.words = words;
    this.acts = acts;
    this.chosen = null;
  }

  draw(model) {
    const { words } = this;
    const open = [...this.node.querySelectorAll("details")].filter((each) => !each.open).map((each) => each.dataset.key);
    const focus = this.node.contains(document.activeElement) ? document.activeElement.dataset.device : null;
    const groups = groupsOf(model, words);
    this.node.replaceChildren(this.#alarms(model), ...groups.map((group) => this.#group(group, !open.includes(group.key))));
    if (focus) this.node.querySelector(`[data-device="${focus}"]`)?.focus();
    this.choose(this.chosen, false);
  }

  #alarms(model) {
    const { words } = this;
    if (!model.alarms.length) return made("p", "scene-calm", words.calm);
    const rows = model.alarms.map((alarm) => {
      const place = model.areas.get(alarm.area_id)?.name || words.no_area;
      const label = [made("span", `badge ${LEVELS[alarm.level]}`, words.levels[alarm.level]), made("b", "", words.alarm_kinds[alarm.kind]),
                     made("span", "", place), made("small", "", `${words.alarm_states[alarm.state]} · ${fill(words.since, { at: moment(alarm.raised_at) })}${alarm.window_id ? ` · ${words.in_drill}` : ""}`)];
      return made("li", "", made("button", "scene-alarm", label, { type: "button", "data-alarm": alarm.id, click: () => this.acts.alarm(alarm.id) }));
    });
    return made("section", "scene-alarms", [made("h3", "", fill(words.open_alarms, { n: model.alarms.length })), made("ul", "", rows)]);
  }

  #group(group, isOpen) {
    const rows = group.devices.map((device) => {
      const said = wordsOf(device, this.words), state = stateOf(device);
      const level = device.alarm ? ` level-${device.alarm.level}` : "";
      const sign = made("i", `mark mark-${state}${level} still`);
      sign.innerHTML = signOf(device.kind, state);
      const lines = made("span", "scene-device-words", [made("b", "", said.kind), made("small", "", [said.place, device.code].filter(Boolean).join(" · "))]);
      return made("li", "", made("button", "scene-device", [sign, lines, made("em", `state-${state}`, said.state)],
        { type: "button", "data-device": device.id, click: () => this.acts.device(device.id) }));
    });
    const alarmed = group.devices.some((device) => device.alarm);
    const head = made("summary", alarmed ? "alarmed" : "", [made("span", "", group.name), made("small", "", String(group.devices.length))]);
    return made("details", "scene-group", [head, made("ul", "", rows)], { open: isOpen, "data-key": group.key });
  }

  // Marks its row; `brings` it into sight, which a list drawn anew does not: the reader may have gone on.
  choose(id, brings = true) {
    this.chosen = id;
    this.node.querySelectorAll(".scene-device.here").forEach((each) => each.classList.remove("here"));
    const row = id === null ? null : this.node.querySelector(`.scene-device[data-device="${id}"]`);
    if (!row) return;
    row.classList.add("here");
    if (!brings) return;
    row.closest("details").open = true;
    const around = this.node.getBoundingClientRect(), at = row.getBoundingClientRect();
    if (at.top < around.top || at.bottom > around.bottom) this.node.scrollTop += at.top - around.top - around.height / 3;
  }
}

function groupsOf(model, words) {
  const groups = model.floors.slice().sort((a, b) => a.number - b.number || b.level - a.level).map((each) => ({
    key: each.key,
    name: each.building.is_outdoors ? each.building.name : `${each.building.name} ${levelName(each.level)}`,
    devices: model.devices.filter((device) => device.place?.on.key === each.key),
  }));
  groups.push({ key: "none", name: words.not_placed, devices: model.devices.filter((device) => !device.place) });
  return groups.filter((group) => group.devices.length);
}
