// Words and times: every word comes with the page, in its reader's language.
export const fill = (sentence, facts = {}) => sentence.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);

export const levelName = (level) => (level > 0 ? `${level}F` : `B${-level}`);

const clock = new Intl.DateTimeFormat("zh-CN", { hour12: false, timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("zh-CN", { hour12: false, timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });

// A moment of the last day by its clock, an older one with its date.
export function moment(iso) {
  const at = new Date(iso);
  return Math.abs(Date.now() - at) < 20 * 3600 * 1000 ? clock.format(at) : day.format(at);
}

export const LEVELS = ["", "critical", "major", "minor", "notice"];

// An element with its class, text and attributes; a function among these listens.
export function made(tag, className = "", content = null, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (Array.isArray(content)) node.append(...content.filter((each) => each !== null && each !== undefined));
  else if (content !== null && content !== undefined) node.append(content);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  return node;
}

// The answer as JSON, or an error with the refusal's own sentence.
export async function ask(url, body = undefined) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const said = await answer.json().catch(() => ({}));
  const error = new Error(said.error?.message || `${answer.status}`);
  throw Object.assign(error, { status: answer.status, code: said.error?.code, faults: said.error?.faults });
}
