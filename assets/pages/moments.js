// A span.moment-field becomes the browser's own field for a day, a time of day, or both; what is chosen goes into a store.
(function () {
  function fieldFor(span) {
    const input = document.createElement("input");
    input.type = span.dataset.type;
    input.value = span.dataset.value || "";
    if (span.dataset.min) input.min = span.dataset.min;
    if (span.dataset.max) input.max = span.dataset.max;
    input.setAttribute("aria-label", span.dataset.label || "");
    const tell = () => window.dash_clientside.set_props(span.dataset.store, { data: input.value });
    input.addEventListener("change", tell);
    input.addEventListener("input", tell);
    span.replaceChildren(input);
  }

  new MutationObserver(() => {
    document.querySelectorAll(".moment-field:empty").forEach(fieldFor);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
