// What a scene holds, worked out once: floors in order, where each device is, what is alarmed. No drawing here.
export function modelOf(scene) {
  const areas = new Map(scene.areas.map((area) => [area.id, area]));
  const floors = [];
  scene.buildings.forEach((building, number) => {
    for (const floor of building.floors) {
      floors.push({ key: `${number}/${floor.level}`, number, building, floor, level: floor.level,
                    outline: floor.outline || building.outline, parts: partsOf(floor, areas) });
    }
  });
  const model = { scene, areas, floors, levels: levelsOf(floors), places: new Map(), devices: [], alarms: [] };
  for (const each of floors) {
    for (const place of each.floor.devices) model.places.set(place.device_id, { ...place, on: each, assumed: false });
  }
  hear(model, scene);
  return model;
}

const partsOf = (floor, areas) => floor.areas.map((part) => {
  const area = areas.get(part.area_id);
  return { ...part, kind: area?.kind || null, name: area?.name || part.name };
});

const levelsOf = (floors) => [...new Set(floors.filter((each) => !each.building.is_outdoors).map((each) => each.level))].sort((a, b) => b - a);

// New states and alarms. A device without a place of its own stands in the middle of its area, and is said to.
export function hear(model, live) {
  model.at = live.at;
  model.alarms = live.alarms;
  const parts = new Map();
  for (const each of model.floors) for (const part of each.parts) if (part.area_id) parts.set(part.area_id, { part, on: each });
  model.parts = parts;
  model.devices = live.devices.map((device) => {
    const place = model.places.get(device.id) || assumed(parts.get(device.area_id));
    const alarm = live.alarms.find((one) => one.device_id === device.id) || null;
    return { ...device, place, alarm, area: model.areas.get(device.area_id) || null };
  });
}

function assumed(home) {
  if (!home) return null;
  const [x, y] = centre(home.part.outline);
  return { x, y, z: Math.max(0.5, home.on.floor.height - 0.3), cone: null, on: home.on, assumed: true };
}

// The floor and the part that an alarm is about, as far as the plan knows them.
export function whereIs(model, alarm) {
  const home = model.parts.get(alarm.area_id);
  const place = model.devices.find((device) => device.id === alarm.device_id)?.place;
  return { on: home?.on || place?.on || null, part: home?.part || null, place: place || null };
}

export const worstOf = (alarms) => alarms.reduce((worst, one) => (!worst || one.level < worst.level ? one : worst), null);

export function centre(ring) {
  let doubled = 0, x = 0, y = 0;
  const [x0, y0] = ring[0];
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    const turn = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
    doubled += turn;
    x += (ax + bx - 2 * x0) * turn;
    y += (ay + by - 2 * y0) * turn;
  });
  if (Math.abs(doubled) < 1e-9) return [x0, y0];
  return [x0 + x / (3 * doubled), y0 + y / (3 * doubled)];
}

export function box(rings) {
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) for (const [x, y] of ring) {
    found[0] = Math.min(found[0], x); found[1] = Math.min(found[1], y);
    found[2] = Math.max(found[2], x); found[3] = Math.max(found[3], y);
  }
  return found;
}
