// A venue's scene: the picture with its tools, the list of the same content, the card of what was chosen, and what is live.
import { ask, fill, levelName, LEVELS, made, moment } from "./words.mjs";
import { hear, modelOf, whereIs, worstOf } from "./model.mjs";
import { lookOf } from "./look.mjs";
import { signOf, stateOf, wordsOf } from "./marks.mjs";
import { List } from "./list.mjs";
import { Stage } from "./stage.mjs";
import { sharing } from "./share.mjs";

const LOOK_AGAIN_MS = 15000, LOOK_AGAIN_SHARED_MS = 5000, STALE_MS = 40000;
const views = new Map();

class View {
  constructor(node, config) {
    Object.assign(this, { node, config, words: config.words, level: null, chosen: null, failures: 0 });
    this.side = made("div", "scene-side");
    this.card = made("section", "scene-card", null, { hidden: true, "aria-live": "polite" });
    this.listNode = made("div", "scene-list");
    this.stageNode = made("div", "scene-stage");
    this.said = made("p", "scene-said", null, { role: "status" });
    this.list = new List(this.listNode, this.words, { device: (id) => this.choose(id), alarm: (id) => this.goTo(id) });
    this.side.append(this.card, this.listNode);
    node.replaceChildren(this.stageNode, this.side);
  }

  async open() {
    this.model = modelOf(await ask(this.config.scene));
    this.heardAt = Date.now();
    if (!this.model.floors.length) return this.#empty();
    try {
      this.stage = new Stage(this.stageNode, this.words, (id) => this.choose(id));
      this.stage.build(this.model, lookOf(this.node));
    } catch (error) {
      this.stage = null;
      this.node.classList.add("no-webgl");
      this.stageNode.replaceChildren(made("p", "scene-note", this.words.no_webgl));
    }
    this.#tools();
    this.list.draw(this.model);
    if (this.stage) this.#listenToKeys();
    this.#live();
    this.#freshen();
    const asked = this.model.alarms.find((alarm) => alarm.id === this.config.alarm) || worstOf(this.model.alarms.filter((alarm) => alarm.level === 1 && !alarm.window_id));
    if (asked) this.goTo(asked.id);
    else if (this.config.device) this.choose(this.model.devices.find((device) => device.code === this.config.device)?.id ?? null);
    this.node.addEventListener("click", (event) => this.#follow(event));
    this.node.dataset.ready = "1";
  }

  // A link within the portal changes the page, not the whole document.
  #follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0 || !window.anwang.go) return;
    event.preventDefault();
    window.anwang.go(link.getAttribute("href"));
  }

  #empty() {
    const ways = this.config.draw ? [made("a", "button primary", this.config.draw_word, { href: this.config.draw })] : [];
    this.node.replaceChildren(made("div", "scene-note", [made("p", "", this.words.empty), ...ways]));
    this.node.dataset.ready = "1";
  }

  #tools() {
    const { words } = this, stage = this.stage;
    this.banner = made("div", "scene-banner", null, { role: "alert", hidden: true });
    this.stageNode.append(this.banner, this.said);
    if (!stage) return;
    this.lift = made("div", "scene-lift", null, { role: "group", "aria-label": words.floors });
    const floor = (level, text) => made("button", "", text, { type: "button", "aria-pressed": String(level === this.level), "data-level": level ?? "all", click: () => this.setLevel(level) });
    this.lift.append(floor(null, words.all_floors), ...this.model.levels.map((level) => floor(level, levelName(level))));
    const slider = made("input", "", null, { type: "range", min: "0", max: "100", value: "0", "aria-label": words.apart, input: () => this.setApart(Number(slider.value) / 100) });
    this.slider = slider;
    const shown = (what, text) => {
      const button = made("button", "toggle", text, { type: "button", "aria-pressed": "true", "data-shows": what, click: () => {
        const isShown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(isShown));
        stage.setShown(what, isShown);
      } });
      return button;
    };
    this.compass = made("button", "scene-compass", [made("i", "", "N")], { type: "button", title: words.north, "aria-label": words.north, click: () => stage.northUp() });
    const whole = made("button", "scene-whole", words.whole, { type: "button", click: () => this.showAll() });
    const apart = made("label", "scene-apart", [made("span", "", words.apart), slider]);
    const bar = made("div", "scene-bar", [whole, apart, shown("routes", words.routes), shown("cameras", words.cameras), shown("names", words.names)]);
    if (this.config.share) bar.append(made("button", "scene-share", words.share.title, { type: "button", click: () => sharing(this.config.share, words) }));
    this.stageNode.append(this.lift, this.compass, bar);
    stage.onDrawn = () => { this.compass.firstChild.style.transform = `rotate(${(-stage.bearing()).toFixed(1)}deg)`; };
  }

  setLevel(level) {
    this.level = level;
    this.stage?.setLevel(level);
    this.lift?.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.level === String(level ?? "all"))));
    const n = this.model.devices.filter((device) => device.place && (level === null || device.place.on.level === level)).length;
    this.say(fill(this.words.shown_floor, { floor: level === null ? this.words.all_floors : levelName(level), n }));
  }

  setApart(share) {
    if (this.slider && Number(this.slider.value) !== Math.round(share * 100)) this.slider.value = String(Math.round(share * 100));
    this.stage?.setApart(share);
  }

  showAll() {
    this.choose(null);
    this.setLevel(null);
    this.stage?.whole();
  }

  // A device: its card, its mark, its row; the picture goes there.
  choose(id) {
    this.chosen = id;
    const device = this.model.devices.find((each) => each.id === id) || null;
    this.list.choose(id);
    this.stage?.select(id);
    this.#card(device);
    if (!device?.place || !this.stage) return;
    const { place } = device;
    if (this.level !== null && place.on.level !== this.level && !place.on.building.is_outdoors) this.setLevel(place.on.level);
    this.stage.flyTo(place.on, [[place.x, place.y]]);
  }

  // An alarm: its floor alone, its area in the middle, and the card of the device that rang.
  goTo(id) {
    const alarm = this.model.alarms.find((each) => each.id === id);
    if (!alarm) return;
    const { on, part, place } = whereIs(this.model, alarm);
    if (alarm.device_id) this.choose(alarm.device_id);
    if (on && this.stage) {
      if (!on.building.is_outdoors) this.setLevel(on.level);
      this.stage.flyTo(on, part ? part.outline : [[place.x, place.y]]);
    }
    this.#banner(alarm);
  }

  #banner(alarm) {
    const { words } = this, place = this.model.areas.get(alarm.area_id), floor = place ? `${levelName(place.floor)} ` : "";
    const parts = [made("span", "", words.levels[alarm.level]), made("b", "", words.alarm_kinds[alarm.kind]), made("span", "", `${floor}${place?.name || ""}`),
                   made("time", "", fill(words.since, { at: moment(alarm.raised_at) }))];
    if (alarm.window_id) parts.push(made("em", "", words.in_drill));
    if (!this.config.shared) parts.push(made("a", "", words.open_alarm, { href: `/alarms?alarm=${alarm.id}` }));
    parts.push(made("button", "plain", "×", { type: "button", "aria-label": words.close, click: () => { this.banner.hidden = true; } }));
    this.banner.className = `scene-banner ${LEVELS[alarm.level]}`;
    this.banner.dataset.alarm = alarm.id;
    this.banner.replaceChildren(...parts);
    this.banner.hidden = false;
  }

  #card(device) {
    this.card.hidden = !device;
    if (!device) return;
    const { words } = this, said = wordsOf(device, words), state = stateOf(device), place = device.place;
    const sign = made("i", `mark mark-${state}${device.alarm ? ` level-${device.alarm.level}` : ""} still`);
    sign.innerHTML = signOf(device.kind, state);
    const facts = [
      place ? `${place.on.building.name}${place.on.building.is_outdoors ? "" : ` ${levelName(place.on.level)}`} · ${said.place}` : `${said.place} · ${words.not_placed}`,
      place ? (place.assumed ? words.assumed : fill(words.height, { n: place.z })) : null,
      device.heard_at ? fill(words.heard, { at: moment(device.heard_at) }) : words.never_heard,
    ].filter(Boolean).map((text) => made("li", "", text));
    const ways = [];
    if (!this.config.shared) {
      ways.push(made("a", "button", words.open_device, { href: `/devices/${encodeURIComponent(device.code)}` }));
      if (device.alarm) ways.push(made("a", "button primary", words.evidence, { href: `/alarms?alarm=${device.alarm.id}` }));
    }
    this.card.replaceChildren(
      made("header", "", [sign, made("div", "", [made("h3", "", said.kind), device.code ? made("small", "", device.code) : null]), made("em", `state-${state}`, said.state),
        made("button", "plain", "×", { type: "button", "aria-label": words.close, click: () => this.choose(null) })]),
      made("ul", "", facts), made("div", "scene-ways", ways));
  }

  say(text) {
    this.said.textContent = text;
  }

  #listenToKeys() {
    const { stage } = this;
    const step = (by) => {
      const there = this.model.devices.filter((device) => device.place && (this.level === null || device.place.on.level === this.level));
      if (!there.length) return;
      const at = there.findIndex((device) => device.id === this.chosen);
      this.choose(there[(at + by + there.length) % there.length].id);
      const device = there[(at + by + there.length) % there.length], said = wordsOf(device, this.words);
      this.say(`${said.kind} · ${said.place} · ${said.state}`);
    };
    const lift = (by) => {
      const stops = [null, ...this.model.levels.slice().reverse()], at = stops.indexOf(this.level);
      this.setLevel(stops[Math.max(0, Math.min(stops.length - 1, at + by))]);
    };
    const acts = { ArrowLeft: () => stage.turn(-1, 0), ArrowRight: () => stage.turn(1, 0), ArrowUp: () => stage.turn(0, 1), ArrowDown: () => stage.turn(0, -1),
                   "+": () => stage.nearer(0.8), "=": () => stage.nearer(0.8), "-": () => stage.nearer(1.25), PageUp: () => lift(1), PageDown: () => lift(-1),
                   n: () => step(1), p: () => step(-1), Home: () => this.showAll(), Escape: () => this.choose(null) };
    stage.canvas.addEventListener("keydown", (event) => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? null : acts[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  // The page's own event stream rings for alarms; states are asked for anew, as they are behind a link.
  #live() {
    const live = this.config.shared ? null : window.anwang?.live;
    this.stop = live?.listen((message) => { if (message.what === "resync" || message.alarm?.venue_id === this.config.venue) this.look(); });
    const every = this.config.shared ? LOOK_AGAIN_SHARED_MS : LOOK_AGAIN_MS;
    this.clock = setInterval(() => { if (!this.node.isConnected) close(this.node); else if (!document.hidden) this.look(); }, every);
    this.onShown = () => { if (!document.hidden) this.look(); };
    document.addEventListener("visibilitychange", this.onShown);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.onScheme = () => this.stage?.build(this.model, lookOf(this.node));
    this.scheme.addEventListener("change", this.onScheme);
  }

  async look() {
    if (this.looking) { this.again = true; return; }
    this.looking = true;
    try {
      const live = await ask(this.config.state);
      this.heardAt = Date.now();
      if (live.revision !== this.model.scene.plan.revision) await this.#redrawn();
      else this.#heard(live);
    } catch (error) {
      if (this.config.shared && error.status === 404) this.#over();
    } finally {
      this.looking = false;
      this.#freshen();
    }
    if (this.again) { this.again = false; this.look(); }
  }

  // Somebody recorded another edition of the plan meanwhile.
  async #redrawn() {
    this.model = modelOf(await ask(this.config.scene));
    if (this.model.floors.length) this.stage?.build(this.model, lookOf(this.node));
    this.list.draw(this.model);
  }

  #heard(live) {
    const before = new Map(this.model.alarms.map((alarm) => [alarm.id, alarm.level]));
    hear(this.model, live);
    this.stage?.hear(this.model);
    this.list.draw(this.model);
    if (this.chosen !== null) this.#card(this.model.devices.find((device) => device.id === this.chosen) || null);
    const shown = Number(this.banner?.dataset.alarm);
    if (shown && !live.alarms.some((alarm) => alarm.id === shown)) this.banner.hidden = true;
    const news = worstOf(live.alarms.filter((alarm) => alarm.level <= 2 && !alarm.window_id && !(before.get(alarm.id) <= alarm.level)));
    if (!news) return;
    if (this.stage?.held) this.#banner(news); // a hand on the picture is not pulled away
    else this.goTo(news.id);
  }

  #freshen() {
    const isOld = Date.now() - this.heardAt > STALE_MS || this.node.dataset.over;
    this.node.classList.toggle("stale", Boolean(isOld));
    if (this.node.dataset.over) return;
    const at = moment(this.model.at);
    this.say(fill(isOld ? this.words.lost : this.words.as_of, { at }));
  }

  #over() {
    clearInterval(this.clock);
    this.node.dataset.over = "1";
    this.stage?.close();
    this.node.replaceChildren(made("p", "scene-note", this.words.ended));
  }

  close() {
    this.stop?.();
    clearInterval(this.clock);
    document.removeEventListener("visibilitychange", this.onShown);
    this.scheme?.removeEventListener("change", this.onScheme);
    this.stage?.close();
  }

  // What the scene shows now, for tests and for support.
  state() {
    const { stage, model } = this, world = stage?.world, frame = this.stageNode.getBoundingClientRect();
    return {
      webgl: Boolean(stage), drawn: stage?.drawn || 0, level: this.level, apart: world?.apart ?? 0, flying: Boolean(stage?.flight), chosen: this.chosen,
      revision: model.scene.plan.revision, source: model.scene.plan.source,
      camera: stage ? { position: stage.camera.position.toArray(), target: stage.controls.target.toArray() } : null,
      floors: (world?.floors || []).map((body) => ({
        key: body.key, building: body.building.name, level: body.level, shown: body.slab.visible, height: world.heightOf(body), alarmed: body.alarmed,
        routes: body.routes.visible ? body.routes.children.length / 2 : 0, cones: body.cones.visible ? body.cones.children.length : 0,
        areas: body.areas.map(({ part, mesh }) => ({ area_id: part.area_id, name: part.name, alarmed: mesh.userData.alarmed })),
      })),
      devices: model.devices.map((device) => {
        const node = stage?.marks.get(device.id)?.node, at = node?.getBoundingClientRect();
        return { id: device.id, code: device.code, kind: device.kind, state: stateOf(device), floor: device.place?.on.key ?? null, assumed: device.place?.assumed ?? null,
                 shown: node ? node.style.visibility === "visible" : false, x: at ? at.x + at.width / 2 - frame.x : null, y: at ? at.y + at.height / 2 - frame.y : null };
      }),
      alarms: model.alarms.map((alarm) => alarm.id), banner: this.banner && !this.banner.hidden ? this.banner.innerText : null,
    };
  }
}

function close(node) {
  views.get(node)?.close();
  views.delete(node);
}

export async function mount(node) {
  for (const other of [...views.keys()]) if (!other.isConnected) close(other);
  const view = new View(node, JSON.parse(node.dataset.scene));
  views.set(node, view);
  await view.open();
}

window.anwang = window.anwang || {};
window.anwang.scene = { of: (node = document.querySelector(".scene")) => views.get(node) || null, state: (node) => window.anwang.scene.of(node)?.state() || null };
