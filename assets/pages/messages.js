// Web push on this device: the browser subscribes with the installation's own key, the page hands on what it says.
(function () {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4));
    return Uint8Array.from(plain, (each) => each.charCodeAt(0));
  };

  async function subscribed(key) {
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) return { refused: "unsupported" };
    if ((await Notification.requestPermission()) !== "granted") return { refused: "denied" };
    const registration = await window.anwang.worker();
    const wanted = { userVisibleOnly: true, applicationServerKey: bytes(key) };
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    const subscription = await registration.pushManager.subscribe(wanted);
    const agent = navigator.userAgentData;
    const label = agent ? [agent.platform, agent.brands?.at(-1)?.brand].filter(Boolean).join(" ") : navigator.platform;
    return { ...subscription.toJSON(), label: (label || "").slice(0, 40), at: Date.now() };
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.messages = {
    async subscribe(clicks, key) {
      if (!clicks || !key) return window.dash_clientside.no_update;
      try {
        return await subscribed(key);
      } catch (error) {
        return { refused: String(error.name || error), at: Date.now() };
      }
    },
  };
})();
