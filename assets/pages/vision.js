// Review by keys: Y right, N wrong and then a figure for why, the space bar skips.
(() => {
  "use strict";
  // The same press again while the first is on its way is none; a reason with other words is another press.
  const PATIENCE_MS = 400;
  let pressedAt = 0, pressed = "";
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".verdict-acts button:not(.verdict-refuse)");
    if (!button) return;
    const press = `${button.dataset.press} ${document.getElementById("vision-words")?.value || ""}`;
    if (press === pressed && Date.now() - pressedAt < PATIENCE_MS) { event.stopPropagation(); event.preventDefault(); return; }
    pressed = press;
    pressedAt = Date.now();
  }, true);
  const acts = () => document.querySelector(".vision-review .verdict-acts");
  const press = (act) => document.querySelector(`.vision-review [data-press*='"act":"${act}"']`)?.click();

  const open = (box, isOpen) => {
    box.classList.toggle("refusing", isOpen);
    if (isOpen) box.querySelector(".verdict-reasons button")?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".verdict-refuse");
    if (button) { const box = acts(); open(box, !box.classList.contains("refusing")); }
  });

  // A threshold is taken when its field is left or Enter is pressed, never because a table was drawn.
  document.addEventListener("change", (event) => {
    const label = event.target.closest?.(".threshold-of"), typed = event.target.value;
    if (label) window.dash_clientside.set_props("vision-threshold", { data: { rule: Number(label.dataset.rule), value: typed === "" ? null : Number(typed), at: Date.now() } });
  });

  document.addEventListener("keydown", (event) => {
    const box = acts();
    if (!box || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]"), key = event.key.toLowerCase();
    if (event.key === "Escape") { open(box, false); return; }
    if (isTyping) {
      // Words typed and Enter: another reason, in these words.
      if (event.key === "Enter" && event.target.id === "vision-words") setTimeout(() => press("other"), 60);
      return;
    }
    if (box.classList.contains("refusing") && /^[1-9]$/.test(key)) { event.preventDefault(); box.querySelectorAll(".verdict-reasons button")[Number(key) - 1]?.click(); return; }
    if (key === "y") { event.preventDefault(); press("confirm"); }
    else if (key === "n") { event.preventDefault(); open(box, true); }
    else if (key === " " && !event.target.closest("button, a, video, summary")) { event.preventDefault(); press("skip"); }
  });
})();
