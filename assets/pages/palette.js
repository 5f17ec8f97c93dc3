// Ctrl+K, or a slash: pages and acts by name, and the record's venues, people and devices by a few letters.
(function () {
  const WAIT_MS = 120;
  let open = null;

  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  function show() {
    const opener = document.getElementById("find");
    if (!opener || open) return;
    const words = JSON.parse(opener.dataset.words), entries = JSON.parse(opener.dataset.entries);
    const box = make("dialog", "palette");
    box.setAttribute("aria-label", words.label);
    const input = make("input", "palette-input");
    Object.assign(input, { type: "search", placeholder: words.placeholder, autocomplete: "off", spellcheck: false, maxLength: 60 });
    const listId = "palette-list";
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-controls", listId], ["aria-label", words.label]]) input.setAttribute(name, value);
    const list = make("div", "palette-list");
    list.id = listId;
    list.setAttribute("role", "listbox");
    box.append(input, list, make("div", "palette-keys", words.keys));
    document.body.append(box);
    open = { box, input, list, words, entries, options: [], at: 0, asking: null, timer: null };
    input.addEventListener("input", () => { clearTimeout(open.timer); draw([], "waiting"); open.timer = setTimeout(ask, WAIT_MS); });
    input.addEventListener("keydown", onKey);
    box.addEventListener("close", shut);
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.showModal();
    draw([], "idle");
    input.focus();
  }

  function shut() {
    if (!open) return;
    open.asking?.abort();
    clearTimeout(open.timer);
    open.box.remove();
    open = null;
  }

  async function ask() {
    const typed = open?.input.value.trim();
    if (!open) return;
    open.asking?.abort();
    if (!typed) { draw([], "idle"); return; }
    const asking = open.asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(typed)}`, { signal: asking.signal, credentials: "include" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { rows } = await answer.json();
      if (open && open.asking === asking) draw(rows, "answered");
    } catch (error) {
      if (error.name !== "AbortError" && open?.asking === asking) draw([], "failed");
    }
  }

  function pagesLike(typed) {
    const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const found = open.entries.filter((entry) => wanted.every((part) => entry.by.includes(part)));
    return wanted.length ? found.slice(0, 6) : found.slice(0, 12);
  }

  function draw(rows, state) {
    const { list, words, input } = open;
    const typed = input.value.trim();
    // A page that begins with what was typed comes before the record's finds, one that only holds it after them.
    const begins = (entry) => typed.length > 1 && entry.by.split(" ").some((part) => part.startsWith(typed.toLowerCase()));
    const pages = pagesLike(typed), first = rows.length ? pages.filter(begins) : pages;
    const groups = [["pages", first]];
    for (const kind of ["venue", "person", "device"]) groups.push([kind, rows.filter((row) => row.kind === kind)]);
    groups.push(["pages", pages.filter((entry) => !first.includes(entry))]);
    if (rows[0]?.kind === "device") groups.sort((a, b) => (b[0] === "device") - (a[0] === "device"));
    open.options = [];
    const nodes = [];
    for (const [name, found] of groups) {
      if (!found.length) continue;
      nodes.push(make("div", "palette-group", words[name]));
      for (const hit of found) nodes.push(option(hit));
    }
    if (state === "failed") nodes.push(make("p", "palette-note wrong", words.failed));
    else if (state === "answered" && !open.options.length) nodes.push(make("p", "palette-note", words.nothing));
    if (state === "waiting" && !open.options.length) return;
    list.replaceChildren(...nodes);
    list.dataset.state = state;
    choose(0);
  }

  function option(hit) {
    const number = open.options.length;
    const node = make("a", "palette-option");
    node.id = `palette-option-${number}`;
    node.setAttribute("role", "option");
    node.href = hit.href || "#";
    node.tabIndex = -1;
    const line = make("span", "palette-title", hit.title);
    node.append(make("i", `icon icon-${hit.icon || { venue: "map", person: "person", device: "device" }[hit.kind]}`), line);
    if (hit.detail) node.append(make("span", "badge", hit.detail));
    if (hit.alike) node.append(make("span", "badge alike", open.words.alike));
    if (hit.place) node.append(make("span", "palette-place", hit.place));
    node.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      take(hit);
    });
    node.addEventListener("pointermove", () => choose(number));
    open.options.push({ node, hit });
    return node;
  }

  function choose(at) {
    if (!open.options.length) { open.input.removeAttribute("aria-activedescendant"); return; }
    open.at = (at + open.options.length) % open.options.length;
    open.options.forEach(({ node }, i) => node.setAttribute("aria-selected", String(i === open.at)));
    const { node } = open.options[open.at];
    open.input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  function take(hit) {
    open.box.close();
    if (hit.act === "logout") document.querySelector('form[action="/logout"] button')?.click();
    else if (hit.act === "language") document.querySelector(".language button")?.click();
    else if (hit.href === "/role") location.assign(hit.href);
    else window.anwang.go(hit.href);
  }

  async function onKey(event) {
    // A search field would take the first Escape for itself and only empty itself.
    if (event.key === "Escape") { event.preventDefault(); open.box.close(); return; }
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(open.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open.list.dataset.state === "waiting") { clearTimeout(open.timer); await ask(); }
      const chosen = open?.options[open.at];
      if (chosen) take(chosen.hit);
    }
  }

  document.addEventListener("click", (event) => { if (event.target.closest?.("#find")) show(); });
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const asked = ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") || (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey);
    if (!asked || !document.getElementById("find")) return;
    event.preventDefault();
    show();
  });
})();
