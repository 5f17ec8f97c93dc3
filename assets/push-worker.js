// Shows what was pushed while no page is open, and says that it arrived: the proof of delivery.
const told = (message, what) =>
  fetch("/api/v1/notify/push/received", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: message.key, token: message.token, what }),
  }).catch(() => {});

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
