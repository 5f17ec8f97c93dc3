// Evidence unmasked: a reason in one line goes to the portal, and the picture takes the masked one's place.
(() => {
  "use strict";
  const reasons = new Map(); // by alarm or verdict: its second picture needs no second thought, but a second entry
  const about = (box) => (box.dataset.alarm ? `alarm-${box.dataset.alarm}` : box.dataset.camera ? `camera-${box.dataset.camera}` : `verdict-${box.dataset.verdict}`);
  const clock = new Intl.DateTimeFormat("zh-CN", { hour12: false, timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });

  const show = (box, told) => {
    const frame = box.previousElementSibling, image = frame.querySelector("img");
    if (told.clip && !box.dataset.camera) {
      const video = document.createElement("video");
      Object.assign(video, { src: told.clip, poster: told.picture, controls: true, muted: true, loop: true, preload: "none" });
      image.hidden = true;
      frame.prepend(video);
    } else image.src = told.picture;
    const link = frame.parentElement.querySelector("a[target=_blank]");
    if (link) link.href = told.picture;
    frame.dataset.unmasked = "1";
  };

  const ask = async (box) => {
    const field = box.querySelector(".unmask-line input"), said = box.querySelector(".unmask-said"), button = box.querySelector(".unmask-go");
    if (button.disabled) return;
    button.disabled = true;
    said.className = "unmask-said";
    try {
      const number = (name) => (box.dataset[name] ? Number(box.dataset[name]) : null);
      const answer = await fetch(`/api/v1/frames/${box.dataset.frame}/unmask`, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ csrf_token: box.dataset.csrf, reason: field.value, alarm: number("alarm"), verdict: number("verdict"), camera: number("camera") }) });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) { said.textContent = told.error?.message || box.dataset.lost; said.className = "unmask-said bad"; return; }
      reasons.set(about(box), field.value);
      show(box, told);
      said.textContent = box.dataset.opened.replace("{at}", clock.format(new Date(told.until)));
      box.classList.add("opened");
    } catch { said.textContent = box.dataset.lost; said.className = "unmask-said bad"; } finally { button.disabled = false; }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".unmask-go");
    if (button) ask(button.closest(".unmask"));
  });
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.matches?.(".unmask") || !box.open) return;
    const field = box.querySelector(".unmask-line input");
    if (!field.value) field.value = reasons.get(about(box)) || "";
    field.focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".unmask-line input")) return;
    event.stopPropagation(); // a desk's keys are not for whoever types a reason
    if (event.key === "Enter") { event.preventDefault(); ask(event.target.closest(".unmask")); }
  }, true);
})();
