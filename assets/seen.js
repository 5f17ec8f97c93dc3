// What this person saw is kept on the device, to be shown without a network: the map, venues, alarms and hazards as they
// stood, without scripts or forms, marked with their time. It goes with the log-out, with another person, and with the day.
(function () {
  const root = document.documentElement;
  const owner = root.dataset.owner, hours = Number(root.dataset.keepHours || 0);
  const KEPT = /^\/($|alarms$|hazards$|venues\/\d+$)/;
  const MOST = 30;
  const QUIET_MS = 1500;
  const MAP_RESTS_MS = 15000;
  const mine = `seen-${owner}`;
  const words = JSON.parse(document.getElementById("seen-words")?.textContent || "{}");
  const POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'self'; form-action 'none'";

  window.anwang = window.anwang || {};
  window.anwang.worker = () => navigator.serviceWorker.register("/assets/worker.js", { scope: "/" });
  if (!owner || !("serviceWorker" in navigator) || !("caches" in window)) return;

  const others = async () => (await caches.keys()).filter((name) => name.startsWith("seen-") && name !== mine);
  const cleared = others().then((names) => Promise.all(names.map((name) => caches.delete(name))));

  const when = (moment) => moment.toLocaleString(root.lang, { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

  function kept(html) {
    const until = new Date(Date.now() + hours * 3600 * 1000);
    return new Response(`<!DOCTYPE html>${html}`, { headers: {
      "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, "X-Until": until.toISOString(), "X-Seen": new Date().toISOString() } });
  }

  // On its ground: a map's own canvas has none, and a JPEG without one is black.
  function pictureOf({ map, node }) {
    const { width, height } = map.getCanvas(), sheet = Object.assign(document.createElement("canvas"), { width, height });
    const brush = sheet.getContext("2d");
    brush.fillStyle = getComputedStyle(node).getPropertyValue("--map-ground");
    brush.fillRect(0, 0, width, height);
    brush.drawImage(map.getCanvas(), 0, 0);
    return sheet.toDataURL("image/jpeg", 0.75);
  }

  // A map's picture can be read only while it is being drawn, and reading takes time: not under somebody's hand.
  async function mapPictures() {
    const pictures = new Map();
    for (const [node, entry] of window.anwang.map?.maps || []) {
      if (!node.isConnected) continue;
      const drawn = new Promise((done) => {
        entry.map.once("idle", () => done(pictureOf(entry)));
        setTimeout(() => done(""), MAP_RESTS_MS);
      });
      entry.map.triggerRepaint();
      pictures.set(node, await drawn);
    }
    return pictures;
  }

  // A map before its first picture, or a table that is not there yet or whose rows are on their way, is nothing to keep.
  const isAtRest = () => document.querySelector(".page") &&
    !document.querySelector(".map-canvas:not([data-painted]), .ag-row:not([row-id])") &&
    [...document.querySelectorAll(".desk-grid")].every((table) => table.querySelector(".ag-root"));

  async function asStill() {
    const pictures = await mapPictures();
    if (!isAtRest()) return "";
    const places = [...pictures.keys()];
    places.forEach((node, i) => { node.dataset.still = String(i); });
    const still = root.cloneNode(true);
    places.forEach((node) => { delete node.dataset.still; });
    for (const place of still.querySelectorAll("[data-still]")) {
      const source = pictures.get(places[Number(place.dataset.still)]);
      place.replaceChildren(...(source ? [Object.assign(document.createElement("img"), { src: source, className: "still-map", alt: "" })] : []));
    }
    for (const each of still.querySelectorAll("script, noscript, iframe, footer, form, link:not([rel=stylesheet]), #freshness, .find, .act-form, .toast, dialog, [name=csrf_token]")) each.remove();
    for (const each of still.querySelectorAll("button, input, select, textarea")) each.setAttribute("disabled", "");
    for (const each of still.querySelectorAll("[data-since]")) each.removeAttribute("data-since");
    const banner = Object.assign(document.createElement("div"), { className: "seen-banner", textContent: words.seen.replace("{at}", when(new Date())) });
    still.querySelector("body").prepend(banner);
    return still.outerHTML;
  }

  // The oldest go first; what is kept is listed on the page that stands for everything else.
  async function list(cache) {
    const keys = (await cache.keys()).filter((request) => new URL(request.url).pathname !== "/offline");
    for (const request of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(request);
    const rows = [];
    for (const request of keys.slice(-MOST).reverse()) {
      const found = await cache.match(request), url = new URL(request.url);
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = url.pathname + url.search;
      link.textContent = decodeURIComponent(found.headers.get("x-title") || url.pathname);
      line.append(link, ` · ${when(new Date(found.headers.get("x-seen")))}`);
      rows.push(line.outerHTML);
    }
    const styles = [...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.outerHTML).join("");
    const scheme = root.dataset.scheme ? ` data-scheme="${root.dataset.scheme}"` : "";
    await cache.put("/offline", kept(`<html lang="${root.lang}"${scheme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<title>${words.offline}</title>${styles}</head><body><div class="seen-none"><h1>${words.offline}</h1><p>${words.none}</p><ul>${rows.join("")}</ul></div></body></html>`));
  }

  function title() {
    const head = document.querySelector(".page h1, .case-place a");
    return (head?.textContent || document.querySelector(".menu a.here span")?.textContent || location.pathname).trim().slice(0, 60);
  }

  // Who logs out leaves nothing: what is being kept at that moment is waited for, and nothing is kept after it.
  let isLeaving = false, keeping = Promise.resolve();

  async function keep() {
    const path = location.pathname, address = path + location.search;
    if (!KEPT.test(path) || !navigator.onLine || Date.now() - window.anwang.live.heardAt() > 15000) return;
    await Promise.all([cleared, window.anwang.worker()]);  // not before the page's first picture: it takes time from it
    const html = await asStill();
    if (!html || !navigator.onLine) {  // what was kept before is better; rows that come are a reason to look again
      if (keptAt === address) keptAt = "";
      return;
    }
    if (isLeaving || location.pathname + location.search !== address) return;
    const answer = kept(html);
    answer.headers.set("X-Title", encodeURIComponent(title()));
    const cache = await caches.open(mine);
    await cache.delete(address);
    await cache.put(address, answer);
    await list(cache);
    root.dataset.kept = address;
  }

  // Kept once the page has come to rest, and again as it changes: at first each time, since rows come after their
  // table, later not at every second's tick.
  const COMING_MS = 15000, AGAIN_MS = 30000;
  let timer = null, last = 0, keptAt = "", came = 0;
  new MutationObserver(() => {
    const here = location.pathname + location.search;
    if (here !== keptAt) came = Date.now();
    if (timer || (here === keptAt && Date.now() - came > COMING_MS && Date.now() - last < AGAIN_MS)) return;
    timer = setTimeout(() => {
      timer = null;
      if (!isAtRest()) return;
      keptAt = location.pathname + location.search;
      last = Date.now();
      (window.requestIdleCallback || setTimeout)(() => { keeping = keep().catch(() => { keptAt = ""; }); });
    }, QUIET_MS);
  }).observe(root, { childList: true, subtree: true });

  // Without a network a link is a journey to what was seen there, not a question to the portal.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='/']");
    if (!link || navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.getAttribute("href"));
  }, true);

  // The log-out takes it all with it, before the portal is even asked.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[action='/logout'], form[action='/role']")) return;
    event.preventDefault();
    isLeaving = true;
    keeping.then(() => caches.keys()).then((names) => Promise.all(names.filter((name) => name.startsWith("seen-")).map((name) => caches.delete(name))))
      .finally(() => event.target.submit());
  }, true);
})();
