// The sheet that a plan is drawn on: SVG in metres, north up; mouse, touch and keys.
import { box, centre } from "./model.mjs";
import { floorOf, outlineOf, rectangle, rounded, spotsOf } from "./draft.mjs";
import { signOf } from "./marks.mjs";
import { levelName } from "./words.mjs";

const GRID = 0.5, NEAR_PIXELS = 12, DRAG_PIXELS = 5, NS = "http://www.w3.org/2000/svg";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function svg(tag, attributes = {}, children = []) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const points = (spots) => spots.map(([x, y]) => `${x},${-y}`).join(" ");

export class Sheet {
  constructor(node, words, acts) {
    Object.assign(this, { node, words, acts, tool: "select", line: [], fingers: new Map(), view: { x: 0, y: 0, pixels: 10 } });
    this.root = svg("svg", { class: "sheet", role: "group", "aria-label": words.canvas });
    this.paper = svg("g");
    this.root.append(svg("defs", {}, [
      svg("marker", { id: "way", viewBox: "0 0 10 10", refX: 8, refY: 5, markerWidth: 5, markerHeight: 5, orient: "auto-start-reverse" }, [svg("path", { d: "M0 0 10 5 0 10Z" })])]), this.paper);
    node.append(this.root);
    this.root.addEventListener("pointerdown", (event) => this.#down(event));
    this.root.addEventListener("pointermove", (event) => this.#moved(event));
    this.root.addEventListener("pointerup", (event) => this.#up(event));
    this.root.addEventListener("pointercancel", (event) => { this.fingers.delete(event.pointerId); this.pull = null; });
    this.root.addEventListener("wheel", (event) => { event.preventDefault(); this.#zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, this.#pixel(event)); }, { passive: false });
    this.root.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#lay()).observe(node);
  }

  fit(plan) {
    const rings = plan.buildings.flatMap((building) => [building.outline, ...building.floors.map((floor) => floor.outline).filter(Boolean)]);
    const [west, south, east, north] = rings.length ? box(rings) : [-25, -18, 25, 18];
    const wide = this.node.clientWidth || 800, high = this.node.clientHeight || 500;
    this.view = { x: (west + east) / 2, y: (south + north) / 2, pixels: Math.min(wide / (east - west + 8), high / (north - south + 8), 60) };
    this.#lay();
  }

  #lay() {
    const wide = this.node.clientWidth, high = this.node.clientHeight, { x, y, pixels } = this.view;
    if (!wide || !high) return;
    this.root.setAttribute("viewBox", `${x - wide / 2 / pixels} ${-y - high / 2 / pixels} ${wide / pixels} ${high / pixels}`);
    this.root.style.setProperty("--px", String(1 / pixels));
    this.draw();
  }

  // Everything anew: a plan is small, and what is drawn is always what is there.
  draw(state = this.state) {
    if (!state) return;
    this.state = state;
    const { plan, at, chosen } = state, px = 1 / this.view.pixels, parts = [this.#grid()];
    plan.buildings.forEach((building, number) => {
      if (number === at?.number) return;
      const label = svg("text", { x: centre(building.outline)[0], y: -centre(building.outline)[1], class: "sheet-name", "font-size": 13 * px }, [building.name]);
      parts.push(svg("g", { class: `sheet-other${building.is_outdoors ? " outdoors" : ""}`, "data-building": number }, [svg("polygon", { points: points(building.outline) }), building.is_outdoors ? "" : label]));
    });
    parts.sort((a, b) => Number(b.classList.contains("outdoors")) - Number(a.classList.contains("outdoors")));
    parts.sort((a, b) => Number(b.classList.contains("sheet-grid")) - Number(a.classList.contains("sheet-grid")));
    const floor = at && floorOf(plan, at);
    if (floor) parts.push(...this.#floor(plan, at, floor, chosen, px));
    if (chosen && this.tool === "select") parts.push(...this.#handles(plan, chosen, px));
    parts.push(...this.#drawing(px));
    const focus = this.root.contains(document.activeElement) ? document.activeElement.dataset?.key : null;
    this.paper.replaceChildren(...parts);
    if (focus) this.paper.querySelector(`[data-key="${focus}"]`)?.focus({ preventScroll: true });
  }

  #grid() {
    const { x, y, pixels } = this.view, wide = this.node.clientWidth / pixels, high = this.node.clientHeight / pixels, step = pixels > 14 ? 1 : pixels > 3 ? 5 : 20, lines = [];
    for (let i = Math.floor((x - wide / 2) / step); i * step <= x + wide / 2; i += 1) lines.push(`M${i * step} ${-y - high / 2}v${high}`);
    for (let i = Math.floor((y - high / 2) / step); i * step <= y + high / 2; i += 1) lines.push(`M${x - wide / 2} ${-i * step}h${wide}`);
    return svg("path", { class: "sheet-grid", d: lines.join("") });
  }

  #floor(plan, at, floor, chosen, px) {
    const { words } = this, building = plan.buildings[at.number], parts = [];
    const is = (kind, index = null) => (chosen?.kind === kind && (index === null || chosen.index === index) ? " here" : "");
    const thing = (kind, index, label, attributes, children) => svg("g", { class: `sheet-${kind}${is(kind, index)}`, tabindex: 0, role: "button", "aria-label": label, "data-kind": kind, "data-index": index, "data-key": `${kind}-${index}`, ...attributes }, children);
    parts.push(thing("building", null, `${words.building} ${building.name} ${levelName(at.level)}`, {}, [svg("polygon", { points: points(outlineOf(plan, at)) })]));
    floor.areas.forEach((area, index) => {
      const record = this.state.areas.get(area.area_id), name = record?.name || area.name, [x, y] = centre(area.outline);
      parts.push(thing("area", index, `${words.area} ${name}`, { "data-area-kind": record?.kind || "room" }, [svg("polygon", { points: points(area.outline) }),
        svg("text", { x, y: -y, class: "sheet-name", "font-size": 12 * px }, [name])]));
    });
    floor.routes.forEach((route, index) => parts.push(thing("route", index, words.route, {}, [svg("polyline", { points: points(route.line), class: "grip" }),
      svg("polyline", { points: points(route.line), "marker-end": "url(#way)" })])));
    floor.devices.forEach((place, index) => {
      const device = this.state.devices.get(place.device_id);
      if (!device) return;
      const label = `${words.device_kinds[device.kind]} ${device.code}`, sign = svg("g", { transform: `translate(${place.x} ${-place.y}) scale(${26 * px / 24}) translate(-12 -12)`, class: "mark mark-heard" });
      sign.innerHTML = signOf(device.kind, "heard");
      sign.replaceChildren(...sign.firstElementChild.childNodes);
      const cone = place.cone ? [svg("path", { class: "sheet-cone", d: sector(place) })] : [];
      parts.push(thing("device", index, label, {}, [...cone, sign, svg("title", {}, [label])]));
    });
    return parts;
  }

  #handles(plan, chosen, px) {
    const spots = spotsOf(plan, chosen), parts = [];
    if (chosen.kind === "device") {
      const place = floorOf(plan, chosen.at)?.devices[chosen.index];
      if (!place?.cone) return [];
      const turn = (place.cone.heading * Math.PI) / 180;
      return [svg("circle", { class: "sheet-handle", cx: place.x + Math.sin(turn) * place.cone.reach, cy: -(place.y + Math.cos(turn) * place.cone.reach), r: 8 * px, "data-cone": 1 })];
    }
    if (!spots) return [];
    const isOpen = chosen.kind === "route";
    spots.forEach(([ax, ay], i) => {
      if (isOpen && i === spots.length - 1) return;
      const [bx, by] = spots[(i + 1) % spots.length];
      parts.push(svg("circle", { class: "sheet-middle", cx: (ax + bx) / 2, cy: -(ay + by) / 2, r: 5.5 * px, "data-middle": i }));
    });
    spots.forEach(([x, y], i) => parts.push(svg("circle", { class: "sheet-handle", cx: x, cy: -y, r: 8 * px, "data-spot": i })));
    return parts;
  }

  #drawing(px) {
    if (this.box) return [svg("polygon", { class: "sheet-line closed", points: points(rectangle(...this.box)) })];
    if (!this.line.length) return [];
    const spots = this.tip ? [...this.line, this.tip] : this.line;
    return [svg("polyline", { class: "sheet-line", points: points(spots) }), ...this.line.map(([x, y], i) => svg("circle", { class: i ? "sheet-corner" : "sheet-corner first", cx: x, cy: -y, r: (i ? 4 : 8) * px }))];
  }

  setTool(tool) {
    Object.assign(this, { tool, line: [], tip: null, box: null });
    this.root.dataset.tool = tool;
    this.draw();
  }

  #pixel(event) {
    const frame = this.root.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  // Metres of a spot on the screen.
  metres(event) {
    const [px, py] = this.#pixel(event), { x, y, pixels } = this.view;
    return [x + (px - this.node.clientWidth / 2) / pixels, y - (py - this.node.clientHeight / 2) / pixels];
  }

  // To the nearest corner there is, else to half a metre; Alt leaves it where it is.
  snapped(event, [x, y] = this.metres(event), toCorners = true) {
    if (event.altKey || !this.state) return rounded([x, y]);
    const reach = NEAR_PIXELS / this.view.pixels, own = this.pull?.target === "spot" ? spotsOf(this.state.plan, this.state.chosen)?.[this.pull.index] : null;
    const corners = toCorners ? this.state.plan.buildings.flatMap((building) => building.outline).concat(this.line) : [];
    const best = corners.filter((spot) => spot !== own).map((spot) => [Math.hypot(spot[0] - x, spot[1] - y), spot]).sort((a, b) => a[0] - b[0])[0];
    if (best && best[0] < reach) return rounded(best[1]);
    return rounded([Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID]);
  }

  #zoom(share, [px, py]) {
    const { x, y, pixels } = this.view, next = Math.min(160, Math.max(1.2, pixels * share)), wide = this.node.clientWidth, high = this.node.clientHeight;
    this.view = { x: x + (px - wide / 2) * (1 / pixels - 1 / next), y: y - (py - high / 2) * (1 / pixels - 1 / next), pixels: next };
    this.#lay();
  }

  #down(event) {
    if (event.button > 0) return;
    this.fingers.set(event.pointerId, this.#pixel(event));
    this.root.setPointerCapture(event.pointerId);
    if (this.fingers.size === 2) { this.pull = null; this.box = null; this.pinch = this.#span(); return; }
    const target = event.target.closest?.("[data-spot],[data-middle],[data-cone],[data-kind],[data-building]");
    this.pull = { from: this.#pixel(event), last: this.metres(event), view: { ...this.view }, target: null, begun: false };
    if (this.tool !== "select" || !target) return;
    const { spot, middle, cone, kind, index, building } = target.dataset;
    if (spot !== undefined) Object.assign(this.pull, { target: "spot", index: Number(spot) });
    else if (middle !== undefined) Object.assign(this.pull, { target: "spot", index: this.acts.addSpot(Number(middle)) });
    else if (cone !== undefined) this.pull.target = "cone";
    else if (kind) {
      const was = kind !== "building" || this.state.chosen?.kind === "building"; // a building moves once it is chosen: until then a drag moves the paper
      this.acts.choose(kind, index === undefined || index === "null" ? null : Number(index)); 
      this.pull.target = was ? "thing" : "paper";
      this.paper.querySelector(`[data-key="${kind}-${index}"]`)?.focus({ preventScroll: true });
    }
    else if (building !== undefined) Object.assign(this.pull, { target: "other", building: Number(building) });
  }

  #span() {
    const [a, b] = [...this.fingers.values()];
    return { apart: Math.hypot(a[0] - b[0], a[1] - b[1]), middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  }

  #moved(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, this.#pixel(event));
    if (this.fingers.size === 2 && this.pinch) {
      const span = this.#span();
      this.view.x -= (span.middle[0] - this.pinch.middle[0]) / this.view.pixels;
      this.view.y += (span.middle[1] - this.pinch.middle[1]) / this.view.pixels;
      this.#zoom(span.apart / Math.max(1, this.pinch.apart), span.middle);
      this.pinch = span;
      return;
    }
    if (this.tool.startsWith("draw") && this.line.length && !this.pull) { this.tip = this.snapped(event); this.draw(); }
    if (!this.pull) return;
    const [px, py] = this.#pixel(event), [fx, fy] = this.pull.from;
    if (!this.pull.begun && Math.hypot(px - fx, py - fy) < DRAG_PIXELS) return;
    this.pull.begun = true;
    if ((this.tool === "draw_building" || this.tool === "draw_area") && !this.line.length) {
      this.box = [this.snapped(event, this.pull.last), this.snapped(event)];
      this.draw();
    } else if (this.pull.target === "spot") this.acts.moveSpot(this.pull.index, this.snapped(event));
    else if (this.pull.target === "cone") this.acts.aim(this.metres(event));
    else if (this.pull.target === "thing") this.#drag(event);
    else {
      this.view.x = this.pull.view.x - (px - fx) / this.view.pixels;
      this.view.y = this.pull.view.y + (py - fy) / this.view.pixels;
      this.#lay();
    }
  }

  #drag(event) {
    const now = this.snapped(event, undefined, false), before = this.pull.at || this.snapped(event, this.pull.last, false);
    this.pull.at = now;
    if (now[0] !== before[0] || now[1] !== before[1]) this.acts.move(now[0] - before[0], now[1] - before[1], "drag");
  }

  #up(event) {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size) { this.pull = null; return; }
    const pull = this.pull;
    Object.assign(this, { pull: null, pinch: null });
    if (!pull) return;
    if (this.box) {
      const ring = rectangle(...this.box);
      this.box = null;
      if (ring[0][0] !== ring[2][0] && ring[0][1] !== ring[2][1]) this.acts.drawn(this.tool, ring);
      else this.draw();
      return;
    }
    if (pull.begun) { this.acts.let(); return; }
    if (this.tool === "place") this.acts.place(rounded(this.metres(event)));
    else if (this.tool.startsWith("draw")) this.#corner(event);
    else if (pull.target === "other") this.acts.enter(pull.building);
    else if (!pull.target) this.acts.choose(null, null);
  }

  #corner(event) {
    const spot = this.snapped(event), first = this.line[0], last = this.line.at(-1);
    const closes = first && this.line.length > 2 && this.tool !== "draw_route" && Math.hypot(spot[0] - first[0], spot[1] - first[1]) * this.view.pixels < NEAR_PIXELS;
    const again = last && spot[0] === last[0] && spot[1] === last[1];
    if (closes || (again && this.line.length > 1)) this.finish();
    else if (!again) { this.line.push(spot); this.acts.drawing(this.line.length); this.draw(); }
  }

  finish() {
    const line = this.line, enough = this.tool === "draw_route" ? 2 : 3;
    if (line.length < enough) return;
    Object.assign(this, { line: [], tip: null });
    this.acts.drawn(this.tool, line);
  }

  giveUp() {
    Object.assign(this, { line: [], tip: null, box: null });
    this.acts.drawing(0);
    this.draw();
  }

  #key(event) {
    const thing = event.target.closest?.("[data-kind]"), arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (thing && (event.key === "Enter" || event.key === " ")) this.acts.choose(thing.dataset.kind, thing.dataset.index === "null" || thing.dataset.index === undefined ? null : Number(thing.dataset.index));
    else if (thing && arrow) {
      this.acts.choose(thing.dataset.kind, thing.dataset.index === "null" || thing.dataset.index === undefined ? null : Number(thing.dataset.index));
      const step = event.shiftKey ? 1 : 0.1;
      this.acts.move(arrow[0] * step, arrow[1] * step, "arrows");
    } else if (thing && (event.key === "Delete" || event.key === "Backspace")) this.acts.remove();
    else return;
    event.preventDefault();
  }
}

// What a camera sees, as a sector.
function sector({ x, y, cone }) {
  const at = (degrees) => [x + Math.sin((degrees * Math.PI) / 180) * cone.reach, -(y + Math.cos((degrees * Math.PI) / 180) * cone.reach)];
  const [ax, ay] = at(cone.heading - cone.angle / 2), [bx, by] = at(cone.heading + cone.angle / 2);
  if (cone.angle >= 359) return `M${x - cone.reach} ${-y}a${cone.reach} ${cone.reach} 0 1 0 ${cone.reach * 2} 0a${cone.reach} ${cone.reach} 0 1 0 ${-cone.reach * 2} 0Z`;
  return `M${x} ${-y}L${ax} ${ay}A${cone.reach} ${cone.reach} 0 ${cone.angle > 180 ? 1 : 0} 1 ${bx} ${by}Z`;
}

