// The one worker of a device. It shows what was pushed while no page is open and says that it arrived: the proof of
// delivery. Without a network it shows what this person last saw here (kept by seen.js), and nothing of anybody else's.
const told = (message, what) =>
  fetch("/api/v1/notify/push/received", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: message.key, token: message.token, what }),
  }).catch(() => {});

const SEEN = "seen-", SHELL = "shell", NONE = "/offline";
const PATIENCE_MS = 10000;

// Names of the caches with what a person saw; there is one, but for the moment in which another person logs in.
const seenCaches = async () => (await caches.keys()).filter((name) => name.startsWith(SEEN));
const forget = async () => Promise.all((await seenCaches()).map((name) => caches.delete(name)));

async function lastSeen(url) {
  for (const name of await seenCaches()) {
    const cache = await caches.open(name);
    const found = (await cache.match(url.href)) || (await cache.match(url.href, { ignoreSearch: true }));
    if (found && Date.parse(found.headers.get("x-until")) > Date.now()) return found;
  }
  for (const name of await seenCaches()) {
    const none = await (await caches.open(name)).match(NONE);
    if (none) return none;
  }
  return Response.error();
}

// A page from the portal, else as it was last seen. Whoever is sent to log in leaves nothing behind.
async function page(request) {
  try {
    const tired = new Promise((_, give) => setTimeout(() => give(new Error("slow")), PATIENCE_MS));
    const answer = await Promise.race([fetch(request), tired]);
    const path = new URL(answer.url || request.url).pathname;
    if (answer.type === "opaqueredirect" || answer.status === 401) return answer;
    if (path === "/login") await forget();
    return answer;
  } catch {
    return lastSeen(new URL(request.url));
  }
}

// Styles, fonts and signs carry their content's hash: what was fetched once is right for ever.
async function shell(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

// Signs have plain addresses: asked for each time, and without a network as they last were.
async function sign(request) {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (["style", "font"].includes(event.request.destination) && (url.searchParams.has("m") || url.pathname.includes("/fonts/")))
    event.respondWith(shell(event.request));
  else if (url.pathname.startsWith("/assets/icon")) event.respondWith(sign(event.request));
});

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const message = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(message.title || "安网", {
    body: message.body || "",
    tag: message.key,
    icon: "/assets/icon.svg",
    requireInteraction: message.level <= 1,
    data: message,
  });
  event.waitUntil(Promise.all([shown, told(message, "delivered")]));
});

self.addEventListener("notificationclick", (event) => {
  const message = event.notification.data || {};
  event.notification.close();
  const path = String(message.path || "/messages");
  const target = path.startsWith("/") && !path.startsWith("//") ? path : "/messages";
  const opened = self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
    const page = pages.find((each) => new URL(each.url).origin === self.location.origin);
    return page ? page.focus().then((focused) => focused.navigate(target)) : self.clients.openWindow(target);
  });
  event.waitUntil(Promise.all([opened, told(message, "opened")]));
});
