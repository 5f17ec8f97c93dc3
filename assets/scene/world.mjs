// The scene's bodies: slabs, walls, areas, routes and views of cameras, one group a floor. East is x, north is -z, up is y.
import * as THREE from "/assets/vendor/three/three.module.min.mjs?m=0.187.0";
import { box, worstOf } from "./model.mjs";

const SLAB = 0.16, AREA_HIGH = 0.1, APART_METRES = 9, GHOST = 0.12;

const shapeOf = (ring) => new THREE.Shape(ring.map(([x, y]) => new THREE.Vector2(x, y)));

// An outline raised by `depth` metres from `low`.
function prism(ring, depth, low) {
  const geometry = new THREE.ExtrudeGeometry(shapeOf(ring), { depth, bevelEnabled: false });
  geometry.rotateX(-Math.PI / 2);
  geometry.translate(0, low, 0);
  return geometry;
}

function wallsOf(ring, high) {
  const corners = [], faces = [];
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length], n = corners.length / 3;
    corners.push(ax, 0, -ay, bx, 0, -by, bx, high, -by, ax, high, -ay);
    faces.push(n, n + 1, n + 2, n, n + 2, n + 3);
  });
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(corners, 3));
  geometry.setIndex(faces);
  geometry.computeVertexNormals();
  return geometry;
}

function edgesOf(ring, high) {
  const spots = [];
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    spots.push(ax, 0.02, -ay, bx, 0.02, -by);
    if (high > 0.5) spots.push(ax, high, -ay, bx, high, -by, ax, 0, -ay, ax, high, -ay);
  });
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(spots, 3));
  return geometry;
}

// A flat band along a line, and arrowheads on it in its direction.
function routeOf(line) {
  const band = [], heads = [];
  const quad = (into, a, b, c, d) => into.push(...a, ...b, ...c, ...a, ...c, ...d);
  for (let i = 0; i + 1 < line.length; i += 1) {
    const [ax, ay] = line[i], [bx, by] = line[i + 1], long = Math.hypot(bx - ax, by - ay);
    if (long < 0.05) continue;
    const dx = (bx - ax) / long, dy = (by - ay) / long;
    const at = (along, aside) => [ax + dx * along - dy * aside, 0.24, -(ay + dy * along + dx * aside)];
    quad(band, at(0, -0.28), at(long, -0.28), at(long, 0.28), at(0, 0.28));
    const n = Math.max(1, Math.floor(long / 3.5)), step = long / n;
    for (let k = 0; k < n; k += 1) {
      const tip = Math.min(long, step * (k + 0.5) + 0.65);
      heads.push(...at(tip, 0), ...at(tip - 1.3, 0.75), ...at(tip - 0.85, 0), ...at(tip, 0), ...at(tip - 0.85, 0), ...at(tip - 1.3, -0.75));
    }
  }
  return [band, heads].map((spots) => {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(spots.map((value, i) => (i % 3 === 1 ? value + (spots === heads ? 0.03 : 0) : value)), 3));
    return geometry;
  });
}

// From the camera's eye down to the floor as far as it sees.
function coneOf(place) {
  const { heading, angle, reach } = place.cone, eye = [place.x, place.z, -place.y], spots = [], steps = Math.max(4, Math.round(angle / 8));
  const at = (i) => {
    const turn = ((heading - angle / 2 + (angle * i) / steps) * Math.PI) / 180;
    return [place.x + Math.sin(turn) * reach, 0.2, -(place.y + Math.cos(turn) * reach)];
  };
  for (let i = 0; i < steps; i += 1) {
    spots.push(...eye, ...at(i), ...at(i + 1));
    spots.push(place.x, 0.2, -place.y, ...at(i), ...at(i + 1));
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(spots, 3));
  return geometry;
}

const glass = (colour, opacity) => new THREE.MeshBasicMaterial({ color: colour, transparent: opacity < 1, opacity, side: THREE.DoubleSide, depthWrite: opacity >= 1 });
const solid = (colour, opacity = 1) => new THREE.MeshLambertMaterial({ color: colour, transparent: opacity < 1, opacity, side: THREE.DoubleSide, depthWrite: opacity > 0.6 });

export class World {
  constructor(model, look) {
    this.model = model;
    this.look = look;
    this.scene = new THREE.Scene();
    this.scene.background = new THREE.Color(look.sky);
    this.scene.add(new THREE.HemisphereLight(0xffffff, new THREE.Color(look.ground), 2.2));
    const sun = new THREE.DirectionalLight(0xffffff, 1.4);
    sun.position.set(-40, 90, 60);
    this.scene.add(sun);
    this.extent = box(model.floors.map((each) => each.outline));
    this.apart = 0;
    this.level = null;
    this.shows = { routes: true, cameras: true };
    this.floors = model.floors.map((each) => this.#floor(each));
    this.#ground();
    this.arrange();
    this.alarm();
  }

  #ground() {
    const [west, south, east, north] = this.extent, wide = Math.max(east - west, north - south, 40);
    const plane = new THREE.Mesh(new THREE.PlaneGeometry(wide * 6, wide * 6), new THREE.MeshBasicMaterial({ color: this.look.ground }));
    plane.rotation.x = -Math.PI / 2;
    plane.position.set((west + east) / 2, -0.35, -(south + north) / 2);
    const lines = Math.ceil((wide * 2) / 10);
    const grid = new THREE.GridHelper(lines * 10, lines, this.look.grid, this.look.grid);
    grid.position.set(plane.position.x, -0.33, plane.position.z);
    this.ground = [plane, grid];
    this.scene.add(...this.ground);
  }

  #floor(each) {
    const { look } = this, group = new THREE.Group(), outdoors = each.building.is_outdoors, high = outdoors ? 0 : each.floor.height;
    const body = { ...each, group, areas: [] };
    const slab = new THREE.Mesh(prism(each.outline, SLAB, -SLAB), solid(outdoors ? look.yard : look.slab, outdoors ? 1 : 0.62));
    slab.renderOrder = outdoors ? 0 : 1;
    body.slab = slab;
    body.edge = new THREE.LineSegments(edgesOf(each.outline, high), new THREE.LineBasicMaterial({ color: look.edge, transparent: true, opacity: 0.75 }));
    group.add(slab, body.edge);
    if (!outdoors) {
      body.walls = new THREE.Mesh(wallsOf(each.outline, high), glass(look.wall, 0.1));
      body.walls.renderOrder = 6;
      group.add(body.walls);
    }
    for (const part of each.parts) {
      const mesh = new THREE.Mesh(prism(part.outline, AREA_HIGH, 0.03), solid(look.area(part.kind), 0.9));
      const rim = new THREE.LineSegments(edgesOf(part.outline, 0.14), new THREE.LineBasicMaterial({ color: look.edge, transparent: true, opacity: 0.55 }));
      rim.position.y = 0.12;
      mesh.renderOrder = 2;
      body.areas.push({ part, mesh, rim });
      group.add(mesh, rim);
    }
    body.routes = new THREE.Group();
    for (const route of each.floor.routes) {
      const [band, heads] = routeOf(route.line);
      const flat = new THREE.Mesh(band, glass(look.route, 0.3)), arrows = new THREE.Mesh(heads, glass(look.route, 1));
      flat.renderOrder = 3; arrows.renderOrder = 4;
      body.routes.add(flat, arrows);
    }
    body.cones = new THREE.Group();
    for (const place of each.floor.devices) {
      if (!place.cone) continue;
      const cone = new THREE.Mesh(coneOf(place), glass(look.cone, 0.13));
      cone.renderOrder = 5;
      cone.userData.device = place.device_id;
      body.cones.add(cone);
    }
    group.add(body.routes, body.cones);
    this.scene.add(group);
    return body;
  }

  // How high a floor stands now: its own height, and what pulls it apart.
  heightOf(body) {
    const steps = body.level > 0 ? body.level - 1 : body.level;
    return body.floor.elevation + (body.building.is_outdoors ? 0 : steps * this.apart * APART_METRES);
  }

  isShown(body) {
    return this.level === null || body.level === this.level || body.building.is_outdoors;
  }

  arrange() {
    const below = this.level !== null && this.level < 0;
    for (const body of this.floors) {
      const shown = this.isShown(body) && !(below && body.building.is_outdoors);
      body.group.position.y = this.heightOf(body);
      body.group.visible = true;
      const ghost = !shown;
      for (const child of body.group.children) child.visible = !ghost || child === body.edge;
      body.edge.material.opacity = ghost ? GHOST : 0.75;
      body.routes.visible = !ghost && this.shows.routes;
      body.cones.visible = !ghost && this.shows.cameras;
      const alone = this.level !== null || this.apart > 0.25;
      if (body.walls) body.slab.material.opacity = alone ? 0.94 : 0.62;
      if (body.walls) body.slab.material.depthWrite = alone;
    }
    for (const each of this.ground) each.visible = !(below || (this.apart > 0 && this.model.levels.some((level) => level < 0)));
  }

  // Alarmed areas and floors in the colour of their worst alarm; all others as usual.
  alarm() {
    const { look, model } = this;
    for (const body of this.floors) {
      const here = model.alarms.filter((one) => {
        const home = model.parts.get(one.area_id)?.on || model.devices.find((device) => device.id === one.device_id)?.place?.on;
        return home?.key === body.key;
      });
      const worst = worstOf(here.filter((one) => one.level <= 2));
      body.edge.material.color.set(worst ? look.level[worst.level] : look.edge);
      body.alarmed = worst?.level || null;
      for (const { part, mesh, rim } of body.areas) {
        const own = worstOf(here.filter((one) => one.area_id === part.area_id && part.area_id));
        mesh.material.color.set(own ? look.level[own.level] : look.area(part.kind));
        rim.material.color.set(own ? look.level[own.level] : look.edge);
        mesh.userData.alarmed = own?.level || null;
      }
    }
  }

  // Where something on a floor stands in the world.
  spot(body, x, y, z = 0) {
    return new THREE.Vector3(x, this.heightOf(body) + z, -y);
  }

  bodyOf(on) {
    return this.floors.find((body) => body.key === on.key);
  }

  dispose() {
    this.scene.traverse((each) => { each.geometry?.dispose(); each.material?.dispose?.(); });
  }
}

export { THREE };
