// Elements that no callback addresses (portal/components/still.py), drawn without a watcher of the page's state for each.
(function () {
  const { createElement, Fragment } = window.React;

  // As Dash's own link: another page without loading, unless a key asks for a new window.
  function Link({ href, ...others }) {
    const address = window.dash_clientside.clean_url(href);
    const follow = (event) => {
      if (event.metaKey || event.shiftKey || event.altKey || event.ctrlKey) return;
      event.preventDefault();
      window.history.pushState({}, "", address);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      window.scrollTo(0, 0);
    };
    return createElement("a", { ...others, href: address, onClick: follow });
  }

  const draw = (part) => Array.isArray(part)
    ? createElement(part[0] === "Link" ? Link : part[0], part[1], ...part.slice(2).map(draw)) : part;

  window.anwang = window.anwang || {};
  window.anwang.Still = ({ tree }) => createElement(Fragment, null, ...tree.map(draw));
})();
