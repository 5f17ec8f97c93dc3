// Tables drawn from their data: one component for Dash, whatever the number of rows. Text is text, never markup.
(function () {
  const made = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  function cell(told, name) {
    const node = made(name, told.k);
    const inner = told.b === undefined ? null : made("span", `badge ${told.b}`.trim(), told.t);
    if (told.h) {
      const link = made("a", "", inner ? undefined : told.t);
      link.href = told.h;
      if (inner) link.append(inner);
      node.append(link);
    } else if (inner) node.append(inner);
    else node.textContent = told.t;
    if (told.a) node.append(" ", made("span", "quiet", told.a));
    return node;
  }

  function draw(box) {
    if (box.drawn === box.dataset.table) return;
    box.drawn = box.dataset.table;
    const told = JSON.parse(box.dataset.table);
    const table = made("table", "ledger");
    const row = (cells, name) => {
      const line = made("tr");
      cells.forEach((each) => line.append(cell(each, name)));
      return line;
    };
    const head = made("thead");
    head.append(row(told.head, "th"));
    const body = made("tbody");
    told.rows.forEach((cells) => body.append(row(cells, "td")));
    table.append(head, body);
    box.replaceChildren(table);
  }

  new MutationObserver(() => document.querySelectorAll(".ledger-data").forEach(draw)).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-table"],
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".ledger-data a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.anwang.go(link.getAttribute("href"));
  });
})();
