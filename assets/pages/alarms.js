// The alarm desk in the browser: cells, the chosen row, ticks, keys, and a list that stays where it is while it lives.
(function () {
  const GRID = "alarm-grid", REFRESH_MS = 400, FRESH_MS = 4000;
  const state = { chosen: null, fresh: new Map(), timer: null, pending: 0, held: null };
  const h = (...parts) => window.React.createElement(...parts);
  const desk = () => document.querySelector(".alarm-desk");
  const isNarrow = () => window.innerWidth <= 820;

  function api() {
    try { return desk() ? window.dash_ag_grid?.getApi?.(GRID) : null; } catch { return null; }
  }

  // Cells
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  cells.DeskLevel = ({ data }) => data ? h("span", { className: `badge ${data.level_class}` }, data.level) : null;
  cells.DeskWhat = ({ data }) => data ? h("span", { className: "wraps" }, data.what,
    data.count > 1 ? h("small", { className: "quiet" }, ` ×${data.count}`) : null,
    data.drill ? h("span", { className: "badge drill" }, data.drill) : null) : h("span", { className: "quiet" }, "…");
  cells.DeskWhere = ({ data }) => data ? h("div", { className: "two-lines" },
    h("b", { className: "phone-only" }, [`${data.what}${data.count > 1 ? ` ×${data.count}` : ""}`, data.area].filter(Boolean).join(" · ")),
    h("span", null, data.where), h("small", { className: "quiet" }, data.area)) : null;
  cells.DeskCounty = ({ data }) => data ? h("div", { className: "two-lines" },
    h("span", null, data.county), h("small", { className: "quiet" }, data.city)) : null;
  cells.DeskLasted = ({ data }) => data ? h("span", data.since
    ? { className: data.urgent ? "late" : "", "data-since": data.since } : {}, data.lasted) : null;
  cells.DeskState = ({ data }) => data ? h("div", { className: "two-lines" },
    h("span", { className: `state-${data.state_class}` }, data.state),
    h("small", { className: data.overdue ? "late" : "quiet" }, data.holder)) : null;

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.isChosen = (params) => !!params.data && params.data.id === state.chosen;
  functions.isFresh = (params) => !!params.data && state.fresh.has(params.data.id);

  // The chosen row
  function redraw(ids) {
    const grid = api();
    const nodes = ids.map((id) => id && grid?.getRowNode(id)).filter(Boolean);
    if (nodes.length) grid.redrawRows({ rowNodes: nodes });
  }

  function choose(id) {
    const before = state.chosen;
    state.chosen = id === null ? null : String(id);
    redraw([before, state.chosen]);
    desk()?.classList.toggle("case-open", id !== null);
    closeForm();
    document.querySelector(".desk-side")?.scrollTo({ top: 0 });
    window.dash_clientside.set_props("alarm-chosen", { data: id === null ? null : Number(id) });
    const address = new URL(location.href);
    if (id === null) address.searchParams.delete("alarm"); else address.searchParams.set("alarm", id);
    history.replaceState(history.state, "", address.pathname + address.search.replaceAll("%2C", ","));
  }

  function move(step) {
    const grid = api();
    if (!grid) return;
    const here = state.chosen && grid.getRowNode(state.chosen);
    const from = here ? here.rowIndex : step > 0 ? -1 : 1;
    const next = grid.getDisplayedRowAtIndex(from + step);
    if (next?.data) { choose(next.data.id); grid.ensureNodeVisible(next); }
  }

  // Forms
  const acts = () => document.querySelector(".desk-acts");
  function openForm(name) {
    const box = acts(), form = box?.querySelector(`.act-form[data-form="${name}"]`);
    if (!form) return;
    const isOpen = box.dataset.form === name;
    closeForm();
    if (isOpen) return;
    box.dataset.form = name;
    form.classList.add("open");
    (["comment", "attach", "reopen"].includes(name)
      ? document.getElementById(name === "attach" ? "alarm-evidence" : "alarm-words")
      : form.querySelector("button"))?.focus();
  }
  function closeForm() {
    const box = acts();
    if (!box) return;
    delete box.dataset.form;
    box.querySelectorAll(".act-form.open").forEach((form) => form.classList.remove("open"));
  }

  // The acts are drawn anew as their alarm changes: a form that somebody has opened stays open, under the same button;
  // one that is offered no more (somebody else was first) makes room for the buttons that are.
  new MutationObserver(() => {
    const box = acts(), name = box?.dataset.form;
    if (!name) return;
    const form = box.querySelector(`.act-form[data-form="${name}"]`);
    if (!form) { if (box.querySelector(".acts")) closeForm(); return; }
    form.classList.add("open");
    if (state.held && document.activeElement === document.body) form.querySelector(`[data-press="${CSS.escape(state.held)}"]`)?.focus();
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("focusin", (event) => { state.held = event.target.closest(".act-form") ? event.target.dataset.press : null; });
  document.addEventListener("pointerdown", () => { state.held = null; });

  // A second click while the first is on its way is none.
  function busy(since) {
    const box = acts();
    state.pending = since;
    box?.classList.toggle("busy", !!since);
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#alarm-acts .act-form button:not(.form-shut)")) return;
    if (state.pending && Date.now() - state.pending < 8000) { event.stopPropagation(); event.preventDefault(); } else busy(Date.now());
  }, true);

  // Only upon what is shown: the panel may still be on its way to the chosen row.
  const isShown = () => {
    const shown = document.querySelector("#alarm-acts .acts")?.dataset.alarm;
    return shown === "0" || shown === state.chosen;
  };

  document.addEventListener("click", (event) => {
    if (!desk()) return;
    const opens = event.target.closest("[data-opens]");
    if (opens && !opens.disabled) return openForm(opens.dataset.opens);
    if (event.target.closest(".form-shut")) return closeForm();
    if (event.target.closest(".case-back")) return choose(null);
    if (event.target.closest(".untick")) return api()?.deselectAll();
    if (event.target.closest(".report-shut")) return event.target.closest(".bulk-report").remove();
    const row = event.target.closest(".alarm-desk .ag-row");
    if (row && !event.target.closest(".ag-selection-checkbox, .ag-checkbox")) choose(row.getAttribute("row-id"));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy-link");
    if (!button) return;
    const address = location.href.replace(/([?&])alarm=\d+&?/, "$1").replace(/[?&]$/, "");
    navigator.clipboard?.writeText(address).then(() => {
      const said = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = said; }, 1500);
    }).catch(() => window.prompt("", address));
  });

  document.addEventListener("keydown", (event) => {
    if (!desk() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (acts()?.dataset.form) { closeForm(); document.activeElement?.blur(); }
      else if (event.target.closest("input:not([type=checkbox]), textarea, dialog, [role=listbox]")) return;
      else if (api()?.getSelectedNodes().length) api().deselectAll();
      else choose(null);
      return;
    }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], [role=listbox]")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") { move(key === "j" ? 1 : -1); event.preventDefault(); return; }
    if (key === "?") { const help = document.querySelector(".key-help"); help.open = !help.open; return; }
    if (key === " " && !event.target.closest("button, a, summary")) {
      const node = state.chosen && api()?.getRowNode(state.chosen);
      if (node) { node.setSelected(!node.isSelected()); event.preventDefault(); }
      return;
    }
    if (key === "enter" && !event.target.closest("a, button, summary, input")) {
      desk().querySelector(".case-place a")?.click();
      return;
    }
    const button = document.querySelector(`.desk-acts [data-key="${CSS.escape(key)}"]`);
    if (button && !button.disabled && isShown()) { openForm(button.dataset.opens); event.preventDefault(); }
  });

  // The list, live: many rings are one refresh; rows keep their ticks, and the list its place.
  function refreshSoon() {
    if (state.timer) return;
    state.timer = setTimeout(() => { state.timer = null; api()?.refreshInfiniteCache(); }, REFRESH_MS);
  }

  function narrow(grid) {
    grid.setColumnsVisible(["what", "county", "raised_at", "lasted"], !isNarrow());
  }
  let wasNarrow = isNarrow();
  window.addEventListener("resize", () => {
    const grid = api();
    if (grid && wasNarrow !== isNarrow()) { wasNarrow = isNarrow(); narrow(grid); }
  });

  const keep = () => window.dash_clientside.no_update;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.desk = {
    begin(_id, chosen) {
      state.chosen = chosen === null || chosen === undefined ? null : String(chosen);
      window.dash_ag_grid.getApiAsync(GRID).then((grid) => { narrow(grid); redraw([state.chosen]); });
      return keep();
    },
    refresh(message, acted) {
      // Both may come in one turn: what was done, and the ring that it made.
      if (acted && acted.at !== state.acted) {
        state.acted = acted.at;
        busy(0);
        if (acted.done) { closeForm(); api()?.deselectAll(); }
      }
      if (message?.what === "raised" && message.arrived !== state.arrived) {
        state.arrived = message.arrived;
        const id = String(message.alarm.id);
        state.fresh.set(id, true);
        setTimeout(() => { state.fresh.delete(id); redraw([id]); }, FRESH_MS);
      }
      if (message || acted) refreshSoon();
      return keep();
    },
    // Another view: other rows, from the top.
    show_view(search, path) {
      if (path !== "/alarms") return keep();
      const grid = api();
      if (grid) { grid.deselectAll(); grid.ensureIndexVisible(0); grid.purgeInfiniteCache(); }
      return new URLSearchParams(search || "").get("venue") || "";
    },
    find(_submits, typed) {
      const parts = new URLSearchParams(location.search);
      parts.delete("alarm");
      if (typed?.trim()) parts.set("venue", typed.trim()); else parts.delete("venue");
      const query = parts.toString().replaceAll("%2C", ",");
      window.anwang.go(query ? `/alarms?${query}` : "/alarms");
      return keep();
    },
  };
})();
