// The editor of a venue's floors: sheet, forms, undo, drafts that survive, saving that tells who was first.
import { ask, fill, levelName, made, moment } from "./words.mjs";
import { centre } from "./model.mjs";
import { Draft, floorOf, move, newFloor, outlineOf, remove, spotsOf, rounded } from "./draft.mjs";
import { Panel } from "./panel.mjs";
import { Sheet } from "./sheet.mjs";

const DEFAULT_SIDES = [24, 12], HEIGHTS = { camera: 2.6, electricity_meter: 1.6, loudspeaker_column: 1.2, hydrant: 0.5, user_transmission_device: 1.4, manual_call_point: 1.4 };
const TOOLS = ["select", "draw_building", "draw_area", "draw_route"];
const editors = new Map();

class Editor {
  constructor(node, config) {
    Object.assign(this, { node, config, words: config.words, at: null, chosen: null, placing: null, kept: `anwang-plan-${config.venue}` });
  }

  async open() {
    const { words } = this, scene = await ask(this.config.scene);
    this.scene = scene;
    this.areas = new Map(scene.areas.map((area) => [area.id, area]));
    this.devices = new Map(scene.devices.map((device) => [device.id, device]));
    const isSketch = scene.plan.source === "sketch";
    this.#begin(new Draft({ buildings: plain(scene.buildings) }, scene.revision, "drawn"));
    this.bar = made("div", "plan-bar", null, { role: "toolbar" });
    this.lift = made("div", "plan-lift");
    this.sheetNode = made("div", "plan-sheet");
    this.hint = made("p", "plan-hint", "", { "aria-live": "polite" });
    this.said = made("div", "plan-said", null, { role: "alert" });
    this.side = made("div", "plan-side");
    this.finishing = made("div", "plan-finish", [made("button", "primary", "✓", { type: "button", click: () => this.sheet.finish() }), made("button", "", "×", { type: "button", click: () => this.sheet.giveUp() })], { hidden: true });
    this.node.replaceChildren(this.bar, this.lift, made("div", "plan-desk", [made("div", "plan-paper", [this.sheetNode, this.finishing, this.hint]), made("aside", "plan-aside", [this.said, this.side])]));
    this.sheet = new Sheet(this.sheetNode, words, this.#sheetActs());
    this.panel = new Panel(this.side, words, { change: (act, kind) => this.draft.change(act, kind), remove: () => this.remove(), placing: (id, byKey) => this.startPlacing(id, byKey), carry: (id, event) => this.carry(id, event) });
    this.#tools();
    this.#enterFirst();
    this.setTool("select");
    this.draw();
    this.sheet.fit(this.draft.plan);
    if (isSketch) this.tell([made("p", "", words.sketch_hint)]);
    this.#offerDraft();
    this.onKey = (event) => this.#key(event);
    document.addEventListener("keydown", this.onKey);
    this.node.dataset.ready = "1";
  }

  #begin(draft) {
    this.draft = draft;
    draft.listen(() => { this.#settle(); this.draw(); this.#keep(); });
  }

  // After undoing, what was chosen may be gone.
  #settle() {
    const { plan } = this.draft;
    if (this.at && !floorOf(plan, this.at)) this.#enterFirst(this.at.number);
    if (this.chosen && this.chosen.kind !== "building" && !floorOf(plan, this.chosen.at)?.[{ area: "areas", route: "routes", device: "devices" }[this.chosen.kind]][this.chosen.index]) this.chosen = null;
    if (this.chosen?.kind === "building" && !plan.buildings[this.chosen.at.number]) this.chosen = null;
  }

  #enterFirst(wanted = null) {
    const { buildings } = this.draft.plan, number = wanted !== null && buildings[wanted] ? wanted : buildings.findIndex((building) => !building.is_outdoors);
    const building = buildings[number] || buildings[0];
    this.at = building ? { number: Math.max(0, number), level: building.floors.some((floor) => floor.level === 1) ? 1 : building.floors[0]?.level ?? 1 } : null;
    this.chosen = null;
  }

  draw() {
    const { plan } = this.draft, state = { plan, at: this.at, chosen: this.chosen, areas: this.areas, devices: this.devices, placing: this.placing };
    this.sheet.draw(state);
    this.panel.draw(state);
    this.#floors();
    this.undoButton.disabled = !this.draft.past.length;
    this.redoButton.disabled = !this.draft.future.length;
    this.saveButton.disabled = !this.draft.isToSave || this.saving;
    this.node.classList.toggle("changed", this.draft.isChanged);
    this.state_word.textContent = this.draft.isChanged ? this.words.unsaved : "";
  }

  #tools() {
    const { words } = this;
    this.toolButtons = TOOLS.map((tool) => made("button", "toggle", words[tool], { type: "button", "data-tool": tool, click: (event) => this.setTool(tool, event.detail === 0) }));
    this.undoButton = made("button", "", words.undo, { type: "button", "data-act": "undo", click: () => this.draft.undo() });
    this.redoButton = made("button", "", words.redo, { type: "button", "data-act": "redo", click: () => this.draft.redo() });
    this.saveButton = made("button", "primary", words.save, { type: "button", "data-act": "save", click: () => this.save() });
    this.state_word = made("span", "quiet");
    const file = made("input", "", null, { type: "file", accept: ".geojson,.json,.ifc", hidden: true, change: () => { if (file.files[0]) this.takeOver(file.files[0]); file.value = ""; } });
    const more = [made("button", "", words.fit, { type: "button", click: () => this.sheet.fit(this.draft.plan) }), made("button", "", words.sketch, { type: "button", "data-act": "sketch", click: () => this.sketch() }),
                  made("button", "", words.take_over, { type: "button", "data-act": "file", click: () => file.click() }), file];
    this.bar.append(made("span", "plan-group", this.toolButtons), made("span", "plan-group", [this.undoButton, this.redoButton]), made("span", "plan-group", more), made("span", "plan-group end", [this.state_word, this.saveButton]));
  }

  #floors() {
    const { buildings } = this.draft.plan;
    if (!this.at) { this.lift.replaceChildren(made("p", "quiet", this.words.first_building)); return; }
    const tabs = buildings.map((building, number) => made("button", "chip", building.name, { type: "button", "aria-pressed": String(number === this.at.number), click: () => this.enter(number) }));
    const levels = buildings[this.at.number].is_outdoors ? [] : buildings[this.at.number].floors.map((floor) => floor.level).sort((a, b) => a - b);
    const stops = levels.map((level) => made("button", "chip level", levelName(level), { type: "button", "data-level": level, "aria-pressed": String(level === this.at.level), click: () => this.goTo(level) }));
    this.lift.replaceChildren(made("span", "plan-group", tabs), made("span", "plan-group", stops));
  }

  enter(number) {
    this.#enterFirst(number);
    this.draw();
  }

  goTo(level) {
    Object.assign(this, { at: { ...this.at, level }, chosen: null });
    this.draw();
  }

  setTool(tool, byKey = false) {
    if (byKey && (tool === "draw_building" || (tool === "draw_area" && this.at))) { this.#put(tool); return; }
    this.placing = null;
    this.sheet.setTool(tool);
    this.finishing.hidden = true;
    this.toolButtons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === tool)));
    this.hint.textContent = { draw_building: this.words.draw_hint, draw_area: this.words.draw_hint, draw_route: this.words.route_hint, place: this.words.place_hint }[tool] || this.words.keys_hint;
    if (tool !== "select") this.chosen = null;
    this.draw();
  }

  // By the keyboard: a first piece in the middle, to be moved and measured by figures.
  #put(tool) {
    const { x, y } = this.sheet.view, [long, wide] = tool === "draw_building" ? DEFAULT_SIDES : [6, 4];
    const [cx, cy] = tool === "draw_area" ? centre(outlineOf(this.draft.plan, this.at)) : [Math.round(x), Math.round(y)];
    this.#drawn(tool, [[cx - long / 2, cy - wide / 2], [cx + long / 2, cy - wide / 2], [cx + long / 2, cy + wide / 2], [cx - long / 2, cy + wide / 2]].map(rounded));
  }

  #sheetActs() {
    return {
      choose: (kind, index) => { if (!kind) this.chosen = null; else if (!same(this.chosen, { kind, index, at: this.at })) this.chosen = { kind, index, at: this.at }; this.draw(); },
      enter: (number) => this.enter(number),
      move: (dx, dy, kind) => this.chosen && this.draft.change((plan) => move(plan, this.chosen, dx, dy), `${kind}-${this.chosen.kind}-${this.chosen.index}`),
      moveSpot: (index, spot) => this.draft.change((plan) => { const at = spotsOf(plan, this.chosen)[index]; [at[0], at[1]] = spot; }, `spot-${index}`),
      addSpot: (after) => this.draft.change((plan) => { const spots = spotsOf(plan, this.chosen), [a, b] = [spots[after], spots[(after + 1) % spots.length]]; spots.splice(after + 1, 0, rounded([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])); return after + 1; }),
      aim: ([x, y]) => this.draft.change((plan) => {
        const place = floorOf(plan, this.at).devices[this.chosen.index], dx = x - place.x, dy = y - place.y;
        place.cone.heading = Math.round(((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360);
        place.cone.reach = Math.min(200, Math.max(1, Math.round(Math.hypot(dx, dy) * 2) / 2));
      }, "aim"),
      let: () => { this.draft.kind = null; },
      drawing: (n) => { this.finishing.hidden = n === 0; },
      drawn: (tool, ring) => this.#drawn(tool, ring),
      place: (spot) => this.place(spot),
      remove: () => this.remove(),
    };
  }

  #drawn(tool, ring) {
    const { words } = this, { plan } = this.draft;
    if (tool === "draw_building") {
      const names = new Set(plan.buildings.map((building) => building.name));
      let n = plan.buildings.length + 1;
      while (names.has(fill(words.new_building, { n }))) n += 1;
      this.draft.change((now) => { now.buildings.push({ name: fill(words.new_building, { n }), is_outdoors: false, outline: ring, floors: [newFloor(1, 3.6)] }); });
      this.at = { number: this.draft.plan.buildings.length - 1, level: 1 };
      this.chosen = { kind: "building", index: null, at: this.at };
    } else if (this.at && tool === "draw_area") {
      this.draft.change((now) => { floorOf(now, this.at).areas.push({ area_id: null, name: words.room, outline: ring }); });
      this.chosen = { kind: "area", index: floorOf(this.draft.plan, this.at).areas.length - 1, at: this.at };
    } else if (this.at && tool === "draw_route") {
      this.draft.change((now) => { floorOf(now, this.at).routes.push({ line: ring }); });
      this.chosen = { kind: "route", index: floorOf(this.draft.plan, this.at).routes.length - 1, at: this.at };
    }
    const { chosen } = this;
    this.setTool("select");
    this.chosen = chosen;
    this.draw();
  }

  startPlacing(id, byKey = false) {
    if (this.carried) { this.carried = false; return; }
    if (!this.at) return;
    this.setTool("place");
    this.placing = id;
    if (byKey) {
      const home = floorOf(this.draft.plan, this.at).areas.find((area) => area.area_id === this.devices.get(id).area_id);
      this.place(rounded(centre(home?.outline || outlineOf(this.draft.plan, this.at))));
    } else this.draw();
  }

  // Dragged from the list onto the sheet.
  carry(id, event) {
    if (event.pointerType === "touch" || event.button > 0) return;
    const from = [event.clientX, event.clientY];
    const drop = (end) => {
      document.removeEventListener("pointerup", drop);
      const frame = this.sheetNode.getBoundingClientRect(), inside = end.clientX > frame.left && end.clientX < frame.right && end.clientY > frame.top && end.clientY < frame.bottom;
      if (!inside || Math.hypot(end.clientX - from[0], end.clientY - from[1]) < 20 || !this.at) return;
      this.placing = id;
      this.place(rounded(this.sheet.metres(end)));
    };
    document.addEventListener("pointerup", drop);
  }

  place([x, y]) {
    const device = this.devices.get(this.placing), floor = this.at && floorOf(this.draft.plan, this.at);
    if (!device || !floor) return;
    const high = this.draft.plan.buildings[this.at.number].is_outdoors ? 3 : floor.height, z = Math.round(Math.min(HEIGHTS[device.kind] ?? high - 0.2, high) * 100) / 100;
    const cone = device.kind === "camera" ? { heading: 0, angle: 70, reach: 12 } : null;
    this.draft.change((plan) => { floorOf(plan, this.at).devices.push({ device_id: device.id, x, y, z, cone }); });
    const index = floorOf(this.draft.plan, this.at).devices.length - 1;
    this.setTool("select");
    this.chosen = { kind: "device", index, at: this.at };
    this.draw();
  }

  remove() {
    const { chosen } = this;
    if (!chosen) return;
    this.chosen = null;
    this.draft.change((plan) => remove(plan, chosen));
    if (chosen.kind === "building") this.#enterFirst();
    this.draw();
  }

  async sketch() {
    try {
      const found = await ask(this.config.sketch);
      this.draft.change((plan) => { plan.buildings = plain(found.buildings); });
      this.draft.source = "drawn";
      this.enter(null);
      this.sheet.fit(this.draft.plan);
      this.tell([made("p", "", this.words.sketch_hint)]);
    } catch (error) { this.#failed(error); }
  }

  // Read and checked by the portal; only a file without a fault takes the plan's place, and can be undone.
  async takeOver(file) {
    try {
      const answer = await fetch(this.config.read, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/octet-stream" }, body: file });
      const found = await answer.json();
      if (!answer.ok) throw Object.assign(new Error(found.error?.message), { status: answer.status });
      if (found.faults.length) { this.tell([made("h3", "", fill(this.words.file_faults, { n: found.faults.length })), list(found.faults)], "bad"); return; }
      this.draft.change((plan) => { plan.buildings = plain(found.buildings); });
      this.draft.source = found.source;
      this.enter(null);
      this.sheet.fit(this.draft.plan);
      this.tell([made("p", "", this.words.taken), ...(found.remarks.length ? [made("h3", "", this.words.remarks), list(found.remarks)] : [])]);
    } catch (error) { this.#failed(error); }
  }

  async save() {
    if (this.saving || !this.draft.isToSave) return;
    this.saving = true;
    this.draw();
    const sent = JSON.stringify(this.draft.plan);
    try {
      const { revision } = await ask(this.config.record, { revision: this.draft.revision, source: this.draft.source, buildings: this.draft.plan.buildings });
      this.draft.recorded(revision);
      if (JSON.stringify(this.draft.plan) !== sent) this.draft.saved = sent;
      else localStorage.removeItem(this.kept);
      this.tell([made("p", "", fill(this.words.saved, { n: revision }))], "good");
    } catch (error) { this.#failed(error); } finally {
      this.saving = false;
      this.draw();
    }
  }

  #failed(error) {
    if (error.faults) this.tell([made("h3", "", fill(this.words.faults, { n: error.faults.length })), list(error.faults)], "bad");
    else if (error.status === 409) this.tell([made("p", "", error.message), made("div", "chips", [made("button", "primary", this.words.load_theirs, { type: "button", "data-act": "theirs", click: () => this.loadTheirs() }), made("button", "", this.words.keep_mine, { type: "button", click: () => this.tell([]) })])], "bad");
    else this.tell([made("p", "", error.status ? error.message : this.words.lost)], "bad");
  }

  async loadTheirs() {
    try {
      const scene = await ask(this.config.scene);
      localStorage.removeItem(this.kept);
      this.draft.change((plan) => { plan.buildings = plain(scene.buildings); }); // mine is one undo away
      this.draft.recorded(scene.revision);
      this.tell([]);
    } catch (error) { this.#failed(error); }
  }

  tell(parts, kind = "") {
    this.said.className = `plan-said ${kind}`;
    this.said.replaceChildren(...parts);
  }

  // A draft survives a reload, a lost session and a dead portal.
  #keep() {
    try {
      if (this.draft.isChanged) localStorage.setItem(this.kept, JSON.stringify({ at: new Date().toISOString(), revision: this.draft.revision, source: this.draft.source, plan: this.draft.plan }));
      else localStorage.removeItem(this.kept);
    } catch { /* a full store loses the copy, not the drawing */ }
  }

  #offerDraft() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.kept)); } catch { localStorage.removeItem(this.kept); }
    if (!kept?.plan?.buildings || JSON.stringify(kept.plan) === this.draft.saved) return;
    this.tell([made("p", "", fill(this.words.draft_found, { at: moment(kept.at) })), made("div", "chips", [
      made("button", "primary", this.words.draft_take, { type: "button", "data-act": "draft", click: () => { this.draft.revision = kept.revision; this.draft.source = kept.source; this.draft.change((plan) => { plan.buildings = kept.plan.buildings; }); this.enter(null); this.sheet.fit(this.draft.plan); this.tell([]); } }),
      made("button", "", this.words.draft_drop, { type: "button", click: () => { localStorage.removeItem(this.kept); this.tell([]); } })])]);
  }

  #key(event) {
    if (!this.node.isConnected) { document.removeEventListener("keydown", this.onKey); editors.delete(this.node); return; }
    const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea, [role=listbox]"), command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "s") { event.preventDefault(); this.save(); }
    else if (typing) return;
    else if (command && key === "z") { event.preventDefault(); if (event.shiftKey) this.draft.redo(); else this.draft.undo(); }
    else if (command && key === "y") { event.preventDefault(); this.draft.redo(); }
    else if (event.key === "Enter" && this.sheet.line.length) { event.preventDefault(); this.sheet.finish(); }
    else if (event.key === "Escape") { if (this.sheet.line.length || this.sheet.box) this.sheet.giveUp(); else this.setTool("select"); }
    else if ((event.key === "Delete" || event.key === "Backspace") && this.chosen && event.target === document.body) { event.preventDefault(); this.remove(); }
  }
}

const same = (a, b) => a?.kind === b.kind && a?.index === b.index && a?.at.number === b.at.number && a?.at.level === b.at.level;
const list = (sentences) => made("ul", "", sentences.slice(0, 30).map((each) => made("li", "", each)));
const plain = (buildings) => buildings.map((building) => ({ ...building, floors: building.floors.map(({ elevation, ...floor }) => floor) }));

export async function mount(node) {
  const editor = new Editor(node, JSON.parse(node.dataset.plan));
  editors.set(node, editor);
  await editor.open();
}

window.anwang = window.anwang || {};
window.anwang.plan = { of: (node = document.querySelector(".plan")) => editors.get(node) || null };
