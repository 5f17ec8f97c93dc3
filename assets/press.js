// A button that acts (portal/components/press.py) tells its page's store what it means; the button itself may go then.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-press]");
  if (!button || event.detail > 1) return;  // a double click is one
  window.dash_clientside.set_props(button.dataset.to, { data: { ...JSON.parse(button.dataset.press), at: Date.now() } });
});
