// Elements that no callback addresses (portal/components/still.py), drawn without a watcher of the page's state for each.
(function () {
  const { createElement, Fragment } = window.React;
  const ADDRESSES = ["href", "src", "action", "formAction"];

  // As Dash's own link: another page without loading, unless a key asks for a new window.
  function follow(event) {
    if (event.metaKey || event.shiftKey || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function draw(part) {
    if (!Array.isArray(part)) return part;
    const [tag, attributes, ...inside] = part, shown = { ...attributes };
    for (const name of ADDRESSES) if (shown[name]) shown[name] = window.dash_clientside.clean_url(shown[name]);  // no scripts
    return tag === "Link"
      ? createElement("a", { ...shown, onClick: follow }, ...inside.map(draw)) : createElement(tag, shown, ...inside.map(draw));
  }

  window.anwang = window.anwang || {};
  window.anwang.Still = ({ tree }) => createElement(Fragment, null, ...tree.map(draw));
})();
