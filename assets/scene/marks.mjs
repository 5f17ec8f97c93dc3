// Marks of devices: the sign says which kind, the frame's shape and colour which state. Drawn as SVG, one source for all.
import { made } from "./words.mjs";

const FRAME = {
  proven: '<circle cx="12" cy="12" r="10.5"/>',
  heard: '<circle cx="12" cy="12" r="10.5" class="hollow"/>',
  flapping: '<path d="M12 .8 23.2 12 12 23.2 .8 12Z"/>',
  faulty: '<path d="M12 .8 23.2 12 12 23.2 .8 12Z"/>',
  silent: '<rect x="1.8" y="1.8" width="20.4" height="20.4" rx="2"/>',
  registered: '<rect x="1.8" y="1.8" width="20.4" height="20.4" rx="2" class="hollow"/>',
  unknown: '<rect x="1.8" y="1.8" width="20.4" height="20.4" rx="2" class="hollow"/>',
  alarm: '<path d="M12 0 24 22.5H0Z"/>',
};
const SIGN = {
  smoke_detector: '<path d="M7.5 10.5c0-2 3-2 3-4M11 11c0-2 3-2 3-4M7 14.5h10M9 17h6"/>',
  heat_detector: '<path d="M10.5 13.5V7.5a1.5 1.5 0 0 1 3 0v6a3 3 0 1 1-3 0Z"/>',
  gas_detector: '<path d="M12 6.5c3.2 3.6 4 5 4 6.8a4 4 0 0 1-8 0c0-1.8.8-3.2 4-6.8Z"/>',
  electricity_meter: '<path d="M13 5.5 8.5 13H12l-1 5.5 4.5-7.5H12Z"/>',
  camera: '<path d="M6 9h8v6.5H6ZM14 11.5l4-2v5.5l-4-2Z"/>',
  loudspeaker_column: '<path d="M8 10v4h2.5l3.5 3V7l-3.5 3ZM16 9.5c1.2 1.5 1.2 3.5 0 5"/>',
  hydrant: '<path d="M9 18v-8a3 3 0 0 1 6 0v8M7.5 18h9M7 12.5h10"/>',
  user_transmission_device: '<path d="M6.5 7.5h11v9h-11ZM9 10.5h6M9 13.5h3"/>',
  manual_call_point: '<path d="M7 7h10v10H7Z"/><circle cx="12" cy="12" r="2.2"/>',
};

export const stateOf = (device) => (device.alarm ? "alarm" : device.state || "unknown");

export function signOf(kind, state) {
  const frame = FRAME[state] || FRAME.unknown;
  const cross = state === "silent" ? '<path class="cross" d="M3.5 20.5 20.5 3.5"/>' : "";
  const lower = state === "alarm" ? ' transform="translate(2.4 5.6) scale(.8)"' : "";
  return `<svg viewBox="0 0 24 24" aria-hidden="true"><g class="frame">${frame}</g><g class="sign"${lower}>${SIGN[kind] || ""}</g>${cross}</svg>`;
}

export function wordsOf(device, words) {
  const kind = words.device_kinds[device.kind] || device.kind;
  const state = device.alarm ? `${words.alarmed}: ${words.alarm_kinds[device.alarm.kind]}` : words.states[device.state] || words.no_state;
  return { kind, state, place: device.area?.name || words.no_area };
}

// The mark that lies over the picture; it is placed by the view.
export function markOf(device, words, choose) {
  const node = made("button", "", null, { type: "button", tabindex: "-1", "data-device": device.id, click: () => choose(device.id) });
  paint(node, device, words);
  return node;
}

export function paint(node, device, words) {
  const state = stateOf(device), said = wordsOf(device, words);
  const level = device.alarm ? ` level-${device.alarm.level}` : "";
  node.className = `mark mark-${state}${level}${device.place?.assumed ? " assumed" : ""}`;
  node.innerHTML = signOf(device.kind, state);
  node.title = `${said.kind} · ${said.place} · ${said.state}`;
  node.setAttribute("aria-label", node.title);
}
