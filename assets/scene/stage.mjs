// The picture: camera, controls, drawing only when something changed, and what lies over it (marks and names).
import { OrbitControls } from "/assets/vendor/three/three.module.min.mjs?m=0.187.0";
import { levelName, made } from "./words.mjs";
import { centre } from "./model.mjs";
import { markOf, paint } from "./marks.mjs";
import { THREE, World } from "./world.mjs";

const FLIGHT_MS = 900, TURN = Math.PI / 16, SMALL_MARK_METRES = 170;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  // Throws where the browser has no WebGL.
  constructor(node, words, choose) {
    this.node = node;
    this.words = words;
    this.choose = choose;
    this.canvas = made("canvas", "scene-canvas", null, { tabindex: "0", role: "application", "aria-label": words.canvas });
    this.over = made("div", "scene-over", null, { "aria-hidden": "true" });
    this.renderer = new THREE.WebGLRenderer({ canvas: this.canvas, antialias: devicePixelRatio < 2, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.camera = new THREE.PerspectiveCamera(42, 1, 0.5, 4000);
    node.prepend(this.canvas, this.over);
    this.controls = new OrbitControls(this.camera, this.canvas);
    Object.assign(this.controls, { maxPolarAngle: Math.PI * 0.495, minDistance: 4, maxDistance: 900, enableDamping: !calm.matches, dampingFactor: 0.14, zoomToCursor: true });
    this.controls.addEventListener("change", () => this.redraw());
    this.controls.addEventListener("start", () => { this.flight = null; this.held = true; });
    this.controls.addEventListener("end", () => { this.held = false; });
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.redraw());
    this.marks = new Map();
    this.names = [];
    this.drawn = 0;
    this.shows = { names: true };
    this.watch = new ResizeObserver(() => this.#resize());
    this.watch.observe(node);
    this.#resize();
  }

  build(model, look) {
    const before = this.world;
    this.world = new World(model, look);
    if (before) Object.assign(this.world, { apart: before.apart, level: before.level, shows: before.shows });
    before?.dispose();
    this.world.arrange();
    this.#names();
    this.hear(model);
    if (!before) this.whole(true);
    this.redraw();
  }

  hear(model) {
    this.world.model = model;
    this.world.alarm();
    const there = new Set();
    for (const device of model.devices) {
      if (!device.place) continue;
      there.add(device.id);
      const known = this.marks.get(device.id);
      if (known) { known.device = device; paint(known.node, device, this.words); known.node.classList.toggle("here", device.id === this.chosen); continue; }
      const node = markOf(device, this.words, this.choose);
      this.marks.set(device.id, { node, device });
      this.over.append(node);
    }
    for (const [id, mark] of this.marks) if (!there.has(id)) { mark.node.remove(); this.marks.delete(id); }
    this.redraw();
  }

  #names() {
    this.names.forEach((name) => name.node.remove());
    this.names = [];
    const add = (text, kind, body, spot, level = null) => {
      const node = made("span", `scene-name ${kind}`, text);
      this.over.append(node);
      this.names.push({ node, kind, body, spot, level });
    };
    const tops = new Map();
    for (const body of this.world.floors) {
      const best = tops.get(body.number);
      if (!best || body.level > best.level) tops.set(body.number, body);
      for (const { part } of body.areas) add(part.name, "area", body, [...centre(part.outline), 0.6]);
      if (!body.building.is_outdoors) {
        const corner = body.outline.reduce((far, spot) => (spot[0] + spot[1] > far[0] + far[1] ? spot : far));
        add(levelName(body.level), "level", body, [...corner, body.floor.height / 2]);
      }
    }
    for (const body of tops.values()) if (!body.building.is_outdoors) add(body.building.name, "building", body, [...centre(body.outline), body.floor.height + 2.5]);
  }

  select(id) {
    this.chosen = id;
    for (const [each, mark] of this.marks) mark.node.classList.toggle("here", each === id);
    for (const body of this.world.floors) for (const cone of body.cones.children) cone.material.opacity = cone.userData.device === id ? 0.34 : 0.13;
    this.redraw();
  }

  setLevel(level) {
    this.world.level = level;
    this.world.arrange();
    this.redraw();
  }

  setApart(share) {
    this.world.apart = share;
    this.world.arrange();
    this.redraw();
  }

  setShown(what, isShown) {
    if (what === "names") this.shows.names = isShown;
    else this.world.shows[what] = isShown;
    this.world.arrange();
    this.redraw();
  }

  // All of the venue, from the south and above: as near as shows every corner.
  whole(atOnce = false) {
    const [west, south, east, north] = this.world.extent, highest = Math.max(4, ...this.world.floors.map((body) => this.world.heightOf(body) + body.floor.height));
    const target = new THREE.Vector3((west + east) / 2, highest * 0.3, -(south + north) / 2), direction = new THREE.Vector3(-0.3, 0.66, 0.72);
    const corners = this.world.floors.flatMap((body) => body.outline.flatMap(([x, y]) => [0, body.building.is_outdoors ? 0 : body.floor.height].map((z) => this.world.spot(body, x, y, z))));
    const eye = this.camera.clone(), aim = direction.clone().normalize();
    const seen = (far) => {
      eye.position.copy(target).add(aim.clone().multiplyScalar(far));
      eye.lookAt(target);
      eye.updateMatrixWorld();
      return corners.map((corner) => corner.clone().project(eye));
    };
    let far = 900;
    for (let turn = 0; turn < 3; turn += 1) {
      let near = 8;
      far = 900;
      for (let i = 0; i < 16; i += 1) {
        const middle = (near + far) / 2, spots = seen(middle), ys = spots.map((at) => at.y);
        const fits = spots.every((at) => at.z < 1 && Math.abs(at.x) < 0.93) && Math.max(...ys) - Math.min(...ys) < 1.62;
        if (fits) far = middle; else near = middle;
      }
      const ys = seen(far).map((at) => at.y), off = (Math.max(...ys) + Math.min(...ys)) / 2 + 0.06;
      const up = new THREE.Vector3(0, 1, 0).applyQuaternion(eye.quaternion);
      target.add(up.setY(0).normalize().multiplyScalar((off * far * Math.tan((eye.fov * Math.PI) / 360)) / Math.max(0.4, aim.y)));
    }
    this.fly(target, direction, far, atOnce);
  }

  // To something on a floor, so near that it fills a good part of the picture.
  flyTo(on, ring) {
    const body = this.world.bodyOf(on);
    if (!body) return;
    const [x, y] = ring.length > 1 ? centre(ring) : ring[0];
    const size = ring.length > 1 ? Math.max(...ring.map(([ax, ay]) => Math.hypot(ax - x, ay - y))) : 3;
    const direction = this.camera.position.clone().sub(this.controls.target).setY(0);
    if (direction.lengthSq() < 0.01) direction.set(-0.4, 0, 0.8);
    direction.normalize().multiplyScalar(0.75).setY(0.72);
    this.fly(this.world.spot(body, x, y, 1), direction, Math.max(24, size * 3) / Math.max(0.55, Math.min(1, this.camera.aspect)));
  }

  fly(target, direction, far, atOnce = false) {
    const to = { target, position: target.clone().add(direction.clone().normalize().multiplyScalar(far)) };
    if (atOnce || calm.matches) {
      this.controls.target.copy(to.target);
      this.camera.position.copy(to.position);
      this.controls.update();
      this.redraw();
      return;
    }
    this.flight = { from: { target: this.controls.target.clone(), position: this.camera.position.clone() }, to, began: performance.now() };
    this.redraw();
  }

  turn(across, up) {
    const arm = this.camera.position.clone().sub(this.controls.target), round = new THREE.Vector3(0, 1, 0);
    arm.applyAxisAngle(round, across * TURN);
    const side = arm.clone().cross(round).normalize(), tilted = arm.clone().applyAxisAngle(side, up * TURN);
    if (tilted.y > 0.5 && tilted.clone().normalize().y < 0.995) arm.copy(tilted);
    this.camera.position.copy(this.controls.target).add(arm);
    this.controls.update();
    this.redraw();
  }

  nearer(share) {
    const arm = this.camera.position.clone().sub(this.controls.target);
    arm.setLength(Math.min(this.controls.maxDistance, Math.max(this.controls.minDistance, arm.length() * share)));
    this.camera.position.copy(this.controls.target).add(arm);
    this.controls.update();
    this.redraw();
  }

  northUp() {
    const arm = this.camera.position.clone().sub(this.controls.target), flat = Math.hypot(arm.x, arm.z);
    this.fly(this.controls.target.clone(), new THREE.Vector3(0, arm.y, flat), arm.length());
  }

  #resize() {
    const wide = this.node.clientWidth, high = this.node.clientHeight;
    if (!wide || !high) return;
    this.renderer.setSize(wide, high, false);
    this.camera.aspect = wide / high;
    this.camera.updateProjectionMatrix();
    this.redraw();
  }

  redraw() {
    this.waiting ||= requestAnimationFrame(() => { this.waiting = 0; this.#draw(); });
  }

  #draw() {
    if (!this.world || !this.node.isConnected) return;
    if (this.flight) {
      const share = Math.min(1, (performance.now() - this.flight.began) / FLIGHT_MS), eased = 1 - (1 - share) ** 3, { from, to } = this.flight;
      this.controls.target.lerpVectors(from.target, to.target, eased);
      this.camera.position.lerpVectors(from.position, to.position, eased);
      if (share === 1) this.flight = null;
      else this.redraw();
    }
    this.controls.update();
    this.renderer.render(this.world.scene, this.camera);
    this.drawn += 1;
    this.#over();
    this.onDrawn?.();
  }

  #over() {
    const wide = this.node.clientWidth, high = this.node.clientHeight, far = this.camera.position.distanceTo(this.controls.target);
    this.over.classList.toggle("far", far > SMALL_MARK_METRES);
    for (const { node, device } of this.marks.values()) {
      const body = this.world.bodyOf(device.place.on);
      const spot = body && this.world.spot(body, device.place.x, device.place.y, device.place.z);
      this.#put(node, body && this.#shows(body) ? spot : null, wide, high, device.alarm ? 9000 : 2000);
    }
    const taken = [];
    const order = { building: 0, level: 1, area: 2 };
    for (const name of this.names.slice().sort((a, b) => order[a.kind] - order[b.kind])) {
      const isWanted = this.shows.names && this.#shows(name.body) && (name.kind !== "area" || this.world.level !== null || far < 60);
      const at = this.#put(name.node, isWanted ? this.world.spot(name.body, ...name.spot) : null, wide, high, name.kind === "building" ? 5000 : 100);
      if (!at) continue;
      const half = [name.node.offsetWidth / 2 + 2, name.node.offsetHeight / 2 + 1];
      const hides = taken.some(([x, y, w, h]) => Math.abs(x - at[0]) < w + half[0] && Math.abs(y - at[1]) < h + half[1]);
      if (hides) name.node.style.visibility = "hidden";
      else taken.push([...at, ...half]);
    }
  }

  #shows(body) {
    return this.world.isShown(body) && body.slab.visible;
  }

  // Moves what lies over the picture to a spot of the world; answers where that is, null where it is out of sight.
  #put(node, spot, wide, high, order) {
    const at = spot?.clone().project(this.camera);
    if (!at || at.z > 1 || Math.abs(at.x) > 1.05 || Math.abs(at.y) > 1.05) { node.style.visibility = "hidden"; return null; }
    const x = ((at.x + 1) / 2) * wide, y = ((1 - at.y) / 2) * high;
    node.style.visibility = "visible";
    node.style.transform = `translate(-50%, -50%) translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    node.style.zIndex = String(Math.round(order + (1 - at.z) * 1000));
    return [x, y];
  }

  // Degrees that the picture's upper edge stands off north.
  bearing() {
    const arm = this.camera.position.clone().sub(this.controls.target);
    return (Math.atan2(-arm.x, arm.z) * 180) / Math.PI;
  }

  close() {
    this.watch.disconnect();
    this.controls.dispose();
    this.world?.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}
