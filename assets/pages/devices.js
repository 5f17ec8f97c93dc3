// The list of devices: cells that are links, a search that lands in the address bar, fewer columns on a phone.
(function () {
  const grid = () => (document.getElementById("device-grid") ? window.dash_ag_grid?.getApi?.("device-grid") : null);
  const parts = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};
  const el = (...told) => window.React.createElement(...told);
  const PHONE = window.matchMedia("(max-width: 820px)");
  const ON_A_PHONE = ["code", "state"];

  parts.DeviceLink = ({ data }) => data ? el("span", { className: "device-cell" },
    el("a", { href: `/devices/${encodeURIComponent(data.code)}`,
              onClick: (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault(); } }, data.code),
    el("small", { className: "on-a-phone" }, `${data.kind} · ${data.venue} · ${data.area}`)) : "";
  parts.DeviceKind = ({ data }) => data ? el("span", { className: "device-cell" },
    el("span", null, data.kind), el("small", null, data.model)) : "";
  parts.DeviceState = ({ data }) => data ? el("span", { className: "device-cell" },
    el("span", { className: `device-state-word state-${data.state_class}` },
      el("i", { className: `state-dot state-${data.state_class}` }), data.state),
    el("small", null, data.since)) : "";

  function shape(api) {
    const shown = api.getColumns().filter((column) => !column.getColDef().hide);  // some are there to be sorted by
    api.setColumnsVisible(shown.map((column) => column.getColId()).filter((id) => !ON_A_PHONE.includes(id)), !PHONE.matches);
  }
  PHONE.addEventListener("change", () => { const api = grid(); if (api) shape(api); });

  // A click anywhere on a row opens the device; with Ctrl the link in it does, in a tab of its own.
  document.addEventListener("click", (event) => {
    const row = event.target.closest(".device-list .ag-center-cols-container .ag-row");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = row.querySelector(".device-cell a")?.getAttribute("href");
    if (href) window.anwang.go(href);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest?.(".device-list .ag-row")) return;
    const href = event.target.closest(".ag-row").querySelector(".device-cell a")?.getAttribute("href");
    if (href) window.anwang.go(href);
  });

  window.dash_clientside = window.dash_clientside || {};
  const still = () => window.dash_clientside.no_update;
  window.dash_clientside.devices = {
    search(typed) {
      const address = new URL(window.location.href);
      if ((address.searchParams.get("q") || "") === (typed || "").trim()) return still();
      if ((typed || "").trim()) address.searchParams.set("q", typed.trim()); else address.searchParams.delete("q");
      window.anwang.go(address.pathname + address.search);
      return still();
    },
    refresh() { grid()?.refreshInfiniteCache(); return still(); },
    follow(_search, id) {
      window.dash_ag_grid?.getApiAsync(id).then((api) => {
        if (!api.anwangShaped) { api.anwangShaped = true; shape(api); return; }
        api.purgeInfiniteCache();
        api.ensureIndexVisible?.(0);
      });
      return still();
    },
  };
})();
