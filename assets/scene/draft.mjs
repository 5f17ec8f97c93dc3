// A plan being drawn: what it holds, what was done, what can be undone. No page here.
const MOST_STEPS = 200;

export class Draft {
  constructor(plan, revision, source) {
    this.plan = structuredClone(plan);
    this.revision = revision;
    this.source = source;
    this.saved = JSON.stringify(this.plan);
    this.savedSource = source;
    this.past = [];
    this.future = [];
    this.listeners = new Set();
  }

  get isChanged() {
    return JSON.stringify(this.plan) !== this.saved;
  }

  // What is not on record: changes, a sketch that nobody has recorded yet, a file that says the same.
  get isToSave() {
    return this.isChanged || this.source !== this.savedSource || (this.revision === 0 && this.plan.buildings.length > 0);
  }

  // One act, undone as one. An act of the same `kind` within a second (arrow keys, a figure being typed) joins the last.
  change(act, kind = null) {
    const before = JSON.stringify(this.plan), answer = act(this.plan), now = Date.now();
    if (JSON.stringify(this.plan) === before) return answer;
    const joins = kind && this.kind === kind && now - this.at < 1000 && this.past.length;
    if (!joins) this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    Object.assign(this, { future: [], kind, at: now });
    this.#tell();
    return answer;
  }

  undo() { this.#step(this.past, this.future); }

  redo() { this.#step(this.future, this.past); }

  #step(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.plan));
    this.plan = JSON.parse(from.pop());
    this.kind = null;
    this.#tell();
  }

  recorded(revision) {
    this.revision = revision;
    this.saved = JSON.stringify(this.plan);
    this.savedSource = this.source;
    this.#tell();
  }

  listen(tell) { this.listeners.add(tell); }

  #tell() { this.listeners.forEach((tell) => tell()); }
}

const round = (value) => Math.round(value * 1000) / 1000;
export const rounded = ([x, y]) => [round(x), round(y)];
export const rectangle = ([ax, ay], [bx, by]) => {
  const [west, east] = [Math.min(ax, bx), Math.max(ax, bx)], [south, north] = [Math.min(ay, by), Math.max(ay, by)];
  return [[west, south], [east, south], [east, north], [west, north]].map(rounded);
};
export const areaOf = (ring) => Math.abs(ring.reduce((sum, [ax, ay], i) => {
  const [bx, by] = ring[(i + 1) % ring.length];
  return sum + ax * by - bx * ay;
}, 0)) / 2;

// Length and width of an outline that is an upright rectangle; null of any other.
export function sidesOf(ring) {
  if (ring.length !== 4) return null;
  const xs = [...new Set(ring.map(([x]) => x))], ys = [...new Set(ring.map(([, y]) => y))];
  return xs.length === 2 && ys.length === 2 ? [Math.abs(xs[0] - xs[1]), Math.abs(ys[0] - ys[1])] : null;
}

export const floorOf = (plan, at) => plan.buildings[at.number]?.floors.find((floor) => floor.level === at.level) || null;
export const outlineOf = (plan, at) => floorOf(plan, at)?.outline || plan.buildings[at.number]?.outline || null;
export const newFloor = (level, height) => ({ level, height, outline: null, areas: [], routes: [], devices: [] });

// So many floors above ground and below; those that stay keep what they hold.
export function setFloors(building, above, below, height = null) {
  const known = new Map(building.floors.map((floor) => [floor.level, floor])), usual = height ?? building.floors[0]?.height ?? 3.6;
  const levels = [...Array.from({ length: below }, (_, i) => i - below), ...Array.from({ length: above }, (_, i) => i + 1)];
  building.floors = levels.map((level) => known.get(level) || newFloor(level, usual));
  if (height !== null) for (const floor of building.floors) floor.height = height;
}

const moveSpot = (spot, dx, dy) => { const [x, y] = rounded([spot[0] + dx, spot[1] + dy]); spot[0] = x; spot[1] = y; };

// Moves what is selected, with everything that it holds.
export function move(plan, chosen, dx, dy) {
  const floor = floorOf(plan, chosen.at), building = plan.buildings[chosen.at.number];
  if (chosen.kind === "building") {
    building.outline.forEach((spot) => moveSpot(spot, dx, dy));
    for (const each of building.floors) {
      each.outline?.forEach((spot) => moveSpot(spot, dx, dy));
      for (const area of each.areas) area.outline.forEach((spot) => moveSpot(spot, dx, dy));
      for (const route of each.routes) route.line.forEach((spot) => moveSpot(spot, dx, dy));
      for (const device of each.devices) Object.assign(device, { x: round(device.x + dx), y: round(device.y + dy) });
    }
  } else if (chosen.kind === "area") floor.areas[chosen.index].outline.forEach((spot) => moveSpot(spot, dx, dy));
  else if (chosen.kind === "route") floor.routes[chosen.index].line.forEach((spot) => moveSpot(spot, dx, dy));
  else if (chosen.kind === "device") {
    const device = floor.devices[chosen.index];
    Object.assign(device, { x: round(device.x + dx), y: round(device.y + dy) });
  }
}

// The spots that can be pulled one by one: corners of an outline, points of a route.
export function spotsOf(plan, chosen) {
  const floor = floorOf(plan, chosen.at);
  if (chosen.kind === "building") return floor?.outline || plan.buildings[chosen.at.number].outline;
  if (chosen.kind === "area") return floor?.areas[chosen.index]?.outline || null;
  if (chosen.kind === "route") return floor?.routes[chosen.index]?.line || null;
  return null;
}

export function remove(plan, chosen) {
  const floor = floorOf(plan, chosen.at);
  if (chosen.kind === "building") plan.buildings.splice(chosen.at.number, 1);
  else floor[{ area: "areas", route: "routes", device: "devices" }[chosen.kind]].splice(chosen.index, 1);
}

export const placedIds = (plan) => new Set(plan.buildings.flatMap((building) => building.floors.flatMap((floor) => floor.devices.map((device) => device.device_id))));
export const drawnAreas = (plan) => new Set(plan.buildings.flatMap((building) => building.floors.flatMap((floor) => floor.areas.map((area) => area.area_id))));
