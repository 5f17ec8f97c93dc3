// The editor of what a camera watches: picture, zones, rules, undo, drafts that survive, saving that tells who was first.
import { ask, fill, made, moment } from "../scene/words.mjs";
import { Draft } from "../scene/draft.mjs";
import { Canvas, crosses, moved } from "./canvas.mjs";
import { Forms } from "./forms.mjs";
import { HoursForm } from "./hours.mjs";

const TOOLS = ["select", "draw"];
const editors = new Map();

class Editor {
  constructor(node, config) {
    Object.assign(this, { node, config, words: config.words, chosen: null, frame: null, kept: `anwang-zones-${config.camera}` });
  }

  open() {
    const { words, config } = this;
    this.draft = new Draft(wanted(config.watched), config.watched.revision, "drawn");
    this.draft.listen(() => { this.#settle(); this.draw(); this.#keep(); });
    this.bar = made("div", "zones-bar", null, { role: "toolbar" });
    this.paper = made("div", "zones-picture");
    this.hint = made("p", "zones-hint quiet", "", { "aria-live": "polite" });
    this.taken = made("p", "zones-taken quiet", words.loading, { role: "status" });
    this.said = made("div", "zones-said", null, { role: "alert" });
    this.side = made("div", "zones-side");
    this.hoursNode = made("section", "zones-hours panel");
    this.finishing = made("div", "zones-finish", [made("button", "primary", "✓", { type: "button", click: () => this.canvas.finish() }), made("button", "", "×", { type: "button", click: () => this.canvas.giveUp() })], { hidden: true });
    this.node.replaceChildren(this.bar, made("div", "zones-desk", [made("div", "zones-main", [made("div", "zones-frame", [this.paper, this.finishing]), this.#unmasking(), this.taken, this.hint]), made("aside", "zones-aside", [this.said, this.side])]), this.hoursNode);
    this.canvas = new Canvas(this.paper, words, this.#canvasActs());
    this.forms = new Forms(this.side, words, config.limits, {
      change: (act, kind) => this.draft.change(act, kind), choose: (index) => this.choose(index),
      remove: (index) => { this.choose(index); this.remove(); }, crop: (corners) => this.crop(corners),
    });
    this.hours = new HoursForm(this.hoursNode, words, config.watched.timetable, config.timetable);
    this.#tools();
    this.setTool("select");
    if (this.draft.plan.zones.length) this.chosen = 0;
    this.draw();
    this.#offerDraft();
    this.onKey = (event) => this.#key(event);
    document.addEventListener("keydown", this.onKey);
    this.node.dataset.ready = "1";
    this.picture();
  }

  #tools() {
    const { words } = this;
    this.toolButtons = TOOLS.map((tool) => made("button", "toggle", words[tool], { type: "button", "data-tool": tool, click: (event) => (tool === "draw" && event.detail === 0 ? this.put() : this.setTool(tool)) }));
    this.undoButton = made("button", "", words.undo, { type: "button", "data-act": "undo", click: () => this.draft.undo() });
    this.redoButton = made("button", "", words.redo, { type: "button", "data-act": "redo", click: () => this.draft.redo() });
    this.pictureButton = made("button", "", words.picture, { type: "button", "data-act": "picture", click: () => this.picture() });
    this.saveButton = made("button", "primary", words.save, { type: "button", "data-act": "save", click: () => this.save() });
    this.state_word = made("span", "quiet");
    this.bar.append(made("span", "zones-group", this.toolButtons), made("span", "zones-group", [this.undoButton, this.redoButton, this.pictureButton]), made("span", "zones-group end", [this.state_word, this.saveButton]));
  }

  draw() {
    const state = { zones: this.draft.plan.zones, chosen: this.chosen };
    this.canvas.draw(state);
    this.forms.draw(this.draft.plan, this.chosen);
    this.undoButton.disabled = !this.draft.past.length;
    this.redoButton.disabled = !this.draft.future.length;
    this.saveButton.disabled = !this.draft.isChanged || !!this.saving;
    this.state_word.textContent = this.draft.isChanged ? this.words.unsaved : "";
  }

  // After undoing, what was chosen may be gone.
  #settle() { if (this.chosen !== null && this.chosen >= this.draft.plan.zones.length) this.chosen = null; }

  choose(index) {
    if (this.chosen === index) return;
    this.chosen = index;
    this.draw();
  }

  setTool(tool) {
    this.canvas.setTool(tool);
    this.finishing.hidden = true;
    this.toolButtons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === tool)));
    this.hint.textContent = tool === "draw" ? this.words.draw_hint : this.words.keys_hint;
  }

  // By the keyboard: a first zone in the middle, to be moved by arrows.
  put() { this.#add([[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]]); }

  #add(corners) {
    const { zones } = this.draft.plan, { words, config } = this;
    if (zones.length >= config.limits.zones) { this.setTool("select"); this.tell([made("p", "", fill(words.most_zones, { n: config.limits.zones }))], "bad"); return; }
    const names = new Set(zones.map((zone) => zone.name));
    let n = zones.length + 1;
    while (names.has(fill(words.zone, { n }))) n += 1;
    this.chosen = zones.length;
    this.draft.change((plan) => { plan.zones.push({ id: null, name: fill(words.zone, { n }), corners, rules: [] }); });
    this.setTool("select");
    this.draw();
    this.paper.querySelector(`[data-key="zone-${this.chosen}"]`)?.focus({ preventScroll: true });
  }

  #canvasActs() {
    const corners = (act, kind) => this.chosen !== null && this.draft.change((plan) => act(plan.zones[this.chosen]), kind);
    return {
      choose: (index) => this.choose(index),
      move: (dx, dy, kind) => corners((zone) => { zone.corners = moved(zone.corners, dx, dy); }, `${kind}-${this.chosen}`),
      moveCorner: (index, at) => corners((zone) => { zone.corners[index] = at; }, `corner-${this.chosen}-${index}`),
      addCorner: (after) => { corners((zone) => { const [a, b] = [zone.corners[after], zone.corners[(after + 1) % zone.corners.length]]; zone.corners.splice(after + 1, 0, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]); }); return after + 1; },
      removeCorner: (index) => corners((zone) => { if (zone.corners.length > 3) zone.corners.splice(index, 1); }),
      let: () => { this.draft.kind = null; },
      drawing: (n) => { this.finishing.hidden = n === 0; },
      drawn: (ring) => this.#add(ring),
    };
  }

  remove() {
    if (this.chosen === null) return;
    const gone = this.chosen;
    this.chosen = null;
    this.draft.change((plan) => { plan.zones.splice(gone, 1); });
    this.draw();
  }

  // The newest picture of the camera; what was drawn stays.
  async picture() {
    this.pictureButton.disabled = true;
    this.taken.textContent = this.words.loading;
    try {
      const found = await ask(this.config.ground, {});
      this.frame = found.frame;
      this.canvas.show(found.picture);
      this.#mask(found.frame, found.picture);
      this.taken.textContent = fill(found.is_now ? this.words.as_of : this.words.old, { at: moment(found.taken_at) });
    } catch (error) { this.taken.textContent = error.status ? error.message : this.words.lost; } finally {
      this.pictureButton.disabled = false;
      this.node.dataset.picture = this.frame === null ? "none" : String(this.frame);
    }
  }

  // Offices above the venue see heads blurred: a worker finds them some seconds after the picture was kept.
  #unmasking() {
    const { words, config } = this;
    if (!config.is_masked) return null;
    const line = made("div", "unmask-line", [made("input", "", null, { type: "text", maxlength: 200, placeholder: words.why, "aria-label": words.why }), made("button", "button unmask-go", words.show, { type: "button" })]);
    this.unmask = made("details", "unmask", [made("summary", "", words.unmask), made("p", "quiet", words.masked), line, made("p", "unmask-said", "", { role: "status" })], { "data-camera": config.camera, "data-csrf": config.csrf, "data-lost": words.lost, "data-opened": words.opened });
    return this.unmask;
  }

  #mask(frame, address) {
    if (!this.unmask) return;
    this.unmask.dataset.frame = frame;
    this.unmask.classList.remove("opened");
    this.unmask.querySelector(".unmask-said").textContent = "";
    delete this.unmask.previousElementSibling.dataset.unmasked;
    for (const [n, wait] of [6000, 15000].entries()) setTimeout(() => { if (this.frame === frame && !this.unmask.previousElementSibling.dataset.unmasked && this.node.isConnected) this.canvas.show(`${address}?again=${n}`); }, wait);
  }

  // What of the picture lies in a zone: how equipment must look.
  crop(corners) {
    const { image } = this.canvas;
    if (!image.naturalWidth) return null;
    const xs = corners.map(([x]) => x * image.naturalWidth), ys = corners.map(([, y]) => y * image.naturalHeight);
    const [left, top] = [Math.min(...xs), Math.min(...ys)], [wide, high] = [Math.max(...xs) - left, Math.max(...ys) - top];
    if (wide < 2 || high < 2) return null;
    const node = made("canvas", "zone-crop", null, { width: Math.round(96 * Math.min(1, wide / high)), height: Math.round(96 * Math.min(1, high / wide)) });
    node.getContext("2d").drawImage(image, left, top, wide, high, 0, 0, node.width, node.height);
    return node;
  }

  async save() {
    if (this.saving || !this.draft.isChanged) return;
    const fault = this.forms.fault(this.draft.plan) || this.#faultOfOutlines();
    if (fault) { this.#show(fault); return; }
    this.saving = true;
    this.draw();
    const sent = JSON.stringify(this.draft.plan);
    try {
      const { revision } = await this.#send();
      const now = await ask(this.config.record);
      if (JSON.stringify(this.draft.plan) === sent) {
        this.draft.plan = wanted(now);
        this.draft.past.length = this.draft.future.length = 0; // numbers of new zones would be lost by undoing
        this.draft.recorded(now.revision);
        localStorage.removeItem(this.kept);
      } else this.draft.revision = revision;
      this.tell([made("p", "", fill(this.words.saved, { n: revision }))], "good");
    } catch (error) { this.#failed(error); } finally {
      this.saving = false;
      this.draw();
    }
  }

  async #send() {
    const body = { revision: this.draft.revision, frame: this.frame, ...sendable(this.draft.plan) };
    const answer = await fetch(this.config.record, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(said.error?.message || `${answer.status}`), { status: answer.status, zone: said.zone, rule: said.rule });
    return said;
  }

  #faultOfOutlines() {
    const zone = this.draft.plan.zones.findIndex((each) => crosses(each.corners));
    return zone < 0 ? null : { zone, rule: null, message: this.words.crosses };
  }

  #show({ zone, message }) {
    if (zone !== null && zone !== undefined) this.choose(zone);
    this.tell([made("p", "", zone === null || zone === undefined ? message : `${this.draft.plan.zones[zone].name}：${message}`)], "bad");
  }

  #failed(error) {
    if (error.status === 409) this.tell([made("p", "", error.message), made("div", "chips", [made("button", "primary", this.words.load_theirs, { type: "button", "data-act": "theirs", click: () => this.loadTheirs() }), made("button", "", this.words.keep_mine, { type: "button", click: () => this.tell([]) })])], "bad");
    else if (error.status === 422) this.#show({ zone: error.zone, message: error.message });
    else this.tell([made("p", "", error.status ? error.message : this.words.lost)], "bad");
  }

  async loadTheirs() {
    try {
      const theirs = await ask(this.config.record);
      localStorage.removeItem(this.kept);
      const plan = wanted(theirs);
      this.draft.change((mine) => { mine.zones = plan.zones; mine.whole = plan.whole; }); // mine is one undo away
      this.draft.recorded(theirs.revision);
      this.tell([]);
    } catch (error) { this.#failed(error); }
  }

  tell(parts, kind = "") {
    this.said.className = `zones-said ${kind}`;
    this.said.replaceChildren(...parts);
    if (parts.length) this.said.scrollIntoView({ block: "nearest" });
  }

  #keep() {
    try {
      if (this.draft.isChanged) localStorage.setItem(this.kept, JSON.stringify({ at: new Date().toISOString(), revision: this.draft.revision, plan: this.draft.plan }));
      else localStorage.removeItem(this.kept);
    } catch { /* a full store loses the copy, not the drawing */ }
  }

  #offerDraft() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.kept)); } catch { localStorage.removeItem(this.kept); }
    if (!kept?.plan?.zones || JSON.stringify(kept.plan) === this.draft.saved) return;
    this.tell([made("p", "", fill(this.words.draft_found, { at: moment(kept.at) })), made("div", "chips", [
      made("button", "primary", this.words.draft_take, { type: "button", "data-act": "draft", click: () => { this.draft.revision = kept.revision; this.draft.change((plan) => { plan.zones = kept.plan.zones; plan.whole = kept.plan.whole; }); this.tell([]); } }),
      made("button", "", this.words.draft_drop, { type: "button", click: () => { localStorage.removeItem(this.kept); this.tell([]); } })])]);
  }

  #key(event) {
    if (!this.node.isConnected) { document.removeEventListener("keydown", this.onKey); editors.delete(this.node); return; }
    const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea"), command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (command && key === "s") { event.preventDefault(); this.save(); }
    else if (typing) return;
    else if (command && key === "z") { event.preventDefault(); if (event.shiftKey) this.draft.redo(); else this.draft.undo(); }
    else if (command && key === "y") { event.preventDefault(); this.draft.redo(); }
    else if (event.key === "Enter" && this.canvas.line.length) { event.preventDefault(); this.canvas.finish(); }
    else if (event.key === "Escape") { if (this.canvas.line.length) this.canvas.giveUp(); else this.setTool("select"); }
    else if ((event.key === "Delete" || event.key === "Backspace") && this.chosen !== null && (event.target === document.body || event.target.closest?.(".zone"))) { event.preventDefault(); this.remove(); }
  }
}

// As it is drawn: a threshold that people's verdicts have moved is not set back by whoever leaves it alone.
const wanted = (watched) => ({ zones: watched.zones.map((zone) => ({ ...zone, rules: zone.rules.map(settable) })), whole: watched.whole.map(settable) });
const settable = (rule) => ({ ...rule, standing: rule.threshold, registers: false });
const sent = ({ id, rule, mode, periods, threshold, standing, params, registers }) => ({ id, rule, mode, periods, threshold: threshold === standing ? null : threshold, params, registers });
const sendable = ({ zones, whole }) => ({ zones: zones.map(({ id, name, corners, rules }) => ({ id, name, corners, rules: rules.map(sent) })), whole: whole.map(sent) });

export async function mount(node) {
  const editor = new Editor(node, JSON.parse(node.dataset.zones));
  editors.set(node, editor);
  editor.open();
}

window.anwang = window.anwang || {};
window.anwang.zones = { of: (node = document.querySelector(".zones")) => editors.get(node) || null };
