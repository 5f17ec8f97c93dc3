// A list with one case beside it (hazards, work orders, appeals): chosen by a press or by keys, left by Escape or its link.
(function () {
  const desk = () => document.querySelector(".desk[data-chosen]");
  const grid = () => { const node = document.querySelector(".case-grid"); return node && window.dash_ag_grid?.getApi?.(node.id); };
  let isBegun = false;  // something is typed beside the list: a key does not throw it away, the link does
  const isTyping = (event) => event.target.closest?.("input, textarea, select, [contenteditable], [role=listbox], dialog");

  // The list as it was: what the address says of one case goes, how the list is filtered stays.
  function leave() {
    const address = new URL(window.location.href);
    if (["hazard", "order", "appeal", "new"].some((name) => address.searchParams.has(name))) {
      const isForm = address.searchParams.has("new");
      for (const name of ["hazard", "order", "appeal"]) address.searchParams.delete(name);
      window.anwang.go(isForm ? address.pathname : address.pathname + address.search);
      return;
    }
    grid()?.deselectAll();
    window.dash_clientside.set_props(desk().dataset.chosen, { data: null });
  }

  document.addEventListener("click", (event) => {
    if (!desk() || !event.target.closest(".back-to-list") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  }, true);

  document.addEventListener("input", (event) => { if (event.target.closest?.(".desk[data-chosen] .desk-side")) isBegun = true; });

  document.addEventListener("keydown", (event) => {
    if (!desk() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event)) return;
    if (event.key === "Escape") { if (desk().matches(".case-open") && !isBegun) leave(); return; }
    const api = event.key === "j" || event.key === "k" ? grid() : null;
    if (!api) return;
    const here = api.getSelectedNodes()[0];
    const next = api.getDisplayedRowAtIndex((here ? here.rowIndex : -1) + (event.key === "j" ? 1 : here ? -1 : 1));
    if (next?.data) { next.setSelected(true, true); api.ensureNodeVisible(next); }
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cases = {
    open(chosen) {
      isBegun = false;
      const isOpen = typeof chosen === "number" || desk()?.dataset.new === "1";
      desk()?.classList.toggle("case-open", isOpen);
      if (isOpen && window.innerWidth <= 820) window.scrollTo(0, 0);
    },
    refresh(_told, id) {
      isBegun = false;
      if (_told && window.dash_ag_grid) window.dash_ag_grid.getApiAsync(id).then((api) => api.refreshInfiniteCache());
      return window.dash_clientside.no_update;
    },
  };
})();
