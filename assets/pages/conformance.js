// Time that is left of a live trial.
setInterval(() => {
  document.querySelectorAll("[data-until]").forEach((node) => {
    const left = Math.max(0, Math.round((Date.parse(node.dataset.until) - Date.now()) / 1000));
    node.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  });
}, 1000);

// On a narrow screen the report stands below the form: a trial that is begun or chosen is brought into sight.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.bench = {
  into_sight(trial) {
    if (trial && window.innerWidth <= 1180) setTimeout(() => document.getElementById("bench-report")?.scrollIntoView({ behavior: "smooth" }), 300);
    return window.dash_clientside.no_update;
  },
};
