// Small behaviour of the pages: date fields, drop-down menus that close, heat-map cells that lead somewhere.
(function () {
  const go = (href) => window.dash_clientside.set_props("address", { href });

  // A span.date-field becomes the browser's own date field: localised, keyboard-friendly, good on a phone.
  function fieldFor(span) {
    const input = document.createElement("input");
    input.type = "date";
    input.value = span.dataset.value;
    input.min = "2024-01-15";
    input.max = span.dataset.max;
    input.setAttribute("aria-label", span.previousSibling?.textContent || "date");
    input.addEventListener("change", () => {
      if (input.value && input.checkValidity()) go(span.dataset.href.replace("DAY", input.value));
    });
    span.replaceChildren(input);
  }

  new MutationObserver(() => {
    document.querySelectorAll(".date-field:empty").forEach(fieldFor);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.pick[open], details.person[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest("a")) menu.removeAttribute("open");
    });
  });

  document.addEventListener("keydown", (event) => {
    const unfolded = event.key === "Escape" ? [...document.querySelectorAll("details[open].pick, details[open].person")] : [];
    unfolded.forEach((menu) => menu.removeAttribute("open"));
    if (unfolded.length) event.preventDefault();  // that was what it was for: what lies beneath stays
  });

  const spanOf = (from) => {
    const seconds = Math.max(0, Math.floor((window.anwang.live.now() - Date.parse(from)) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    if (seconds >= 86400) return `${Math.floor(seconds / 86400)}d ${two(Math.floor(seconds / 3600) % 24)}h`;
    if (seconds >= 3600) return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  setInterval(() => {
    document.querySelectorAll("[data-since]").forEach((node) => { node.textContent = spanOf(node.dataset.since); });
  }, 1000);

  window.anwang = window.anwang || {};
  window.anwang.spanOf = spanOf;
  window.anwang.go = go;

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.pages = {
    follow_cell(click) {
      const point = click?.points?.[0];
      if (!point) return window.dash_clientside.no_update;
      // Dash hands on no data of a cell that has two numbers, its row and its column: they are looked up by their names.
      const id = window.dash_clientside.callback_context.triggered[0]?.prop_id.split(".")[0];
      const trace = document.getElementById(id)?.querySelector(".js-plotly-plot")?.data?.[point.curveNumber];
      const cell = point.customdata || trace?.customdata?.[trace.y.indexOf(point.y)]?.[trace.x.indexOf(point.x)];
      if (cell?.[0]) go(cell[0]);
      return window.dash_clientside.no_update;
    },
  };
})();

// The phone's menu: unfolds at a tap, folds at the next one anywhere.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".menu-more");
  document.querySelectorAll(".menu").forEach((menu) => {
    const open = button && menu.contains(button) && !menu.classList.contains("unfolded");
    menu.classList.toggle("unfolded", Boolean(open));
    menu.querySelector(".menu-more")?.setAttribute("aria-expanded", String(Boolean(open)));
  });
});
