// Time that is left of a live trial.
setInterval(() => {
  document.querySelectorAll("[data-until]").forEach((node) => {
    const left = Math.max(0, Math.round((Date.parse(node.dataset.until) - Date.now()) / 1000));
    node.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  });
}, 1000);
