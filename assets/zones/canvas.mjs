// The picture that zones are drawn upon: SVG over it, corners as shares of it; mouse, touch and keys.
const NS = "http://www.w3.org/2000/svg", WIDE = 1000, NEAR = 14, DRAG = 4;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TONES = 6;

function svg(tag, attributes = {}, children = []) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const clamp = (value) => Math.round(Math.min(1, Math.max(0, value)) * 10000) / 10000;
const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const cut = (a, b, c, d) => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;

// True where two sides of the outline cross.
export function crosses(corners) {
  const side = (i) => [corners[i], corners[(i + 1) % corners.length]];
  return corners.some((_, i) => corners.some((_each, j) => j > i + 1 && !(i === 0 && j === corners.length - 1) && cut(...side(i), ...side(j))));
}

export class Canvas {
  constructor(node, words, acts) {
    Object.assign(this, { node, words, acts, tool: "select", line: [], tip: null, pull: null, high: 562.5 });
    this.image = document.createElement("img");
    this.image.alt = "";
    this.image.draggable = false;
    this.image.addEventListener("load", () => this.#measure());
    this.root = svg("svg", { class: "zone-canvas", role: "group", "aria-label": words.canvas });
    this.paper = svg("g");
    this.root.append(this.paper);
    node.append(this.image, this.root);
    this.root.addEventListener("pointerdown", (event) => this.#down(event));
    this.root.addEventListener("pointermove", (event) => this.#moved(event));
    this.root.addEventListener("pointerup", (event) => this.#up(event));
    this.root.addEventListener("pointercancel", () => { this.pull = null; });
    this.root.addEventListener("dblclick", () => { if (this.line.length) this.finish(); });
    this.root.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.draw()).observe(node);
    this.#measure();
  }

  show(address) { this.image.src = address; }

  #measure() {
    if (this.image.naturalWidth) this.high = WIDE * this.image.naturalHeight / this.image.naturalWidth;
    this.node.style.aspectRatio = `${WIDE} / ${this.high}`;
    this.root.setAttribute("viewBox", `0 0 ${WIDE} ${this.high}`);
    this.node.dataset.painted = this.image.naturalWidth ? "1" : "0";
    this.draw();
  }

  // A dot of the screen in units of the drawing.
  get #px() { return WIDE / (this.root.clientWidth || WIDE); }

  #spot(event) {
    const frame = this.root.getBoundingClientRect();
    return [clamp((event.clientX - frame.left) / frame.width), clamp((event.clientY - frame.top) / frame.height)];
  }

  #at([x, y]) { return [x * WIDE, y * this.high]; }

  #points(corners) { return corners.map((corner) => this.#at(corner).join(",")).join(" "); }

  draw(state = this.state) {
    if (!state) return;
    this.state = state;
    const px = this.#px, focus = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const zones = state.zones.map((zone, index) => this.#zone(zone, index, px));
    const here = state.zones[state.chosen];
    this.paper.replaceChildren(...zones, ...(here && this.tool === "select" ? this.#handles(here, px) : []), ...this.#drawing(px));
    if (focus) this.paper.querySelector(`[data-key="${focus}"]`)?.focus({ preventScroll: true });
  }

  #zone(zone, index, px) {
    const xs = zone.corners.map(([x]) => x), ys = zone.corners.map(([, y]) => y);
    const [x, y] = this.#at([Math.min(...xs), Math.min(...ys)]);
    const isHere = index === this.state.chosen, wrong = crosses(zone.corners) ? " wrong" : "";
    return svg("g", { class: `zone zone-tone-${index % TONES}${isHere ? " here" : ""}${wrong}`, tabindex: 0, role: "button", "aria-label": zone.name, "aria-pressed": String(isHere), "data-zone": index, "data-key": `zone-${index}` }, [
      svg("polygon", { points: this.#points(zone.corners) }),
      svg("text", { x: x + 6 * px, y: Math.max(y + 18 * px, 18 * px), "font-size": 14 * px, "stroke-width": 3 * px }, [zone.name])]);
  }

  #handles(zone, px) {
    const parts = [], { corners } = zone;
    corners.forEach((corner, i) => {
      const [ax, ay] = this.#at(corner), [bx, by] = this.#at(corners[(i + 1) % corners.length]);
      if (corners.length < 40) parts.push(svg("circle", { class: "zone-middle", cx: (ax + bx) / 2, cy: (ay + by) / 2, r: 6 * px, "data-middle": i }));
    });
    corners.forEach((corner, i) => {
      const [cx, cy] = this.#at(corner);
      parts.push(svg("circle", { class: "zone-corner", cx, cy, r: 9 * px, "stroke-width": 2.5 * px, tabindex: 0, role: "button", "aria-label": this.words.corner.replace("{n}", i + 1).replace("{name}", zone.name), "data-corner": i, "data-key": `corner-${i}` }));
    });
    return parts;
  }

  #drawing(px) {
    if (!this.line.length) return [];
    const spots = this.tip ? [...this.line, this.tip] : this.line;
    return [svg("polyline", { class: "zone-line", points: this.#points(spots) }),
      ...this.line.map((spot, i) => { const [cx, cy] = this.#at(spot); return svg("circle", { class: i ? "zone-dot" : "zone-dot first", cx, cy, r: (i ? 4 : 8) * px, "stroke-width": 2.5 * px }); })];
  }

  setTool(tool) {
    Object.assign(this, { tool, line: [], tip: null, pull: null });
    this.root.dataset.tool = tool;
    this.acts.drawing(0);
    this.draw();
  }

  finish() {
    const ring = this.line.filter((spot, i) => i === 0 || Math.hypot(spot[0] - this.line[i - 1][0], spot[1] - this.line[i - 1][1]) > 0.004);
    Object.assign(this, { line: [], tip: null });
    this.acts.drawing(0);
    if (ring.length >= 3) this.acts.drawn(ring); else this.draw();
  }

  giveUp() {
    Object.assign(this, { line: [], tip: null });
    this.acts.drawing(0);
    this.draw();
  }

  #isNear(event, spot) {
    const frame = this.root.getBoundingClientRect();
    return Math.hypot(event.clientX - frame.left - spot[0] * frame.width, event.clientY - frame.top - spot[1] * frame.height) < NEAR;
  }

  #down(event) {
    if (event.button > 0 || (this.pull && this.pull.pointer !== event.pointerId)) return;
    event.preventDefault();
    this.root.setPointerCapture(event.pointerId);
    const at = this.#spot(event), { target } = event;
    if (this.tool === "draw") {
      if (this.line.length >= 3 && this.#isNear(event, this.line[0])) { this.finish(); return; }
      if (this.line.length < 40 && !(this.line.length && this.#isNear(event, this.line.at(-1)))) this.line.push(at);
      this.acts.drawing(this.line.length);
      this.draw();
      return;
    }
    const pull = { pointer: event.pointerId, from: at, last: at, x: event.clientX, y: event.clientY, moved: false };
    if (target.dataset.corner !== undefined) this.pull = { ...pull, corner: Number(target.dataset.corner) };
    else if (target.dataset.middle !== undefined) this.pull = { ...pull, corner: this.acts.addCorner(Number(target.dataset.middle)), moved: true };
    else {
      const zone = target.closest("[data-zone]");
      this.acts.choose(zone ? Number(zone.dataset.zone) : null);
      if (zone) { this.pull = pull; this.paper.querySelector(`[data-key="zone-${zone.dataset.zone}"]`)?.focus({ preventScroll: true }); }
    }
  }

  #moved(event) {
    if (this.tool === "draw" && this.line.length && event.pointerType !== "touch") { this.tip = this.#spot(event); this.draw(); return; }
    const { pull } = this;
    if (!pull || pull.pointer !== event.pointerId) return;
    if (!pull.moved && Math.hypot(event.clientX - pull.x, event.clientY - pull.y) < DRAG) return;
    pull.moved = true;
    const at = this.#spot(event);
    if (pull.corner !== undefined) this.acts.moveCorner(pull.corner, at);
    else this.acts.move(at[0] - pull.last[0], at[1] - pull.last[1], "pull");
    pull.last = at;
  }

  #up(event) {
    if (this.pull?.pointer === event.pointerId) { this.pull = null; this.acts.let(); }
  }

  #key(event) {
    const key = event.target.dataset?.key || "", step = (event.shiftKey ? 10 : 1) * 0.002, arrow = ARROWS[event.key];
    if (arrow && key.startsWith("corner-")) {
      event.preventDefault();
      const index = Number(key.slice(7)), [x, y] = this.state.zones[this.state.chosen].corners[index];
      this.acts.moveCorner(index, [clamp(x + arrow[0] * step), clamp(y + arrow[1] * step)]);
    } else if (arrow && key.startsWith("zone-")) {
      event.preventDefault();
      this.acts.choose(Number(key.slice(5)));
      this.acts.move(arrow[0] * step, arrow[1] * step, "keys");
    } else if ((event.key === "Enter" || event.key === " ") && key.startsWith("zone-") && !this.line.length) {
      event.preventDefault();
      this.acts.choose(Number(key.slice(5)));
    } else if ((event.key === "Delete" || event.key === "Backspace") && key.startsWith("corner-")) {
      event.preventDefault();
      event.stopPropagation();
      this.acts.removeCorner(Number(key.slice(7)));
    }
  }
}

// Moved as a whole, and never beyond the picture.
export function moved(corners, dx, dy) {
  const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
  const ax = Math.min(Math.max(dx, -Math.min(...xs)), 1 - Math.max(...xs)), ay = Math.min(Math.max(dy, -Math.min(...ys)), 1 - Math.max(...ys));
  return corners.map(([x, y]) => [clamp(x + ax), clamp(y + ay)]);
}
