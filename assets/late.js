// Libraries that a page's first picture does not need come after it, or with the first component of theirs.
(function () {
  const RETRY_MS = 3000, AT_LAST_MS = 8000;
  const libraries = [];

  function library(element) {
    const name = element.dataset.late, components = new Map();
    let stand = null, coming = null;
    const came = () => window[name] !== stand;
    const fetched = () => coming ||= new Promise((done) => {
      const ask = () => {
        const script = Object.assign(document.createElement("script"), { src: element.getAttribute("src") });
        const again = () => { script.remove(); setTimeout(ask, RETRY_MS); };
        script.addEventListener("load", () => came() ? done() : again());
        script.addEventListener("error", again);
        document.head.append(script);
      };
      ask();
    });

    // Stands for the library's component until the library is there.
    function standIn(type) {
      function Late(props) {
        const [, setCame] = window.React.useState(false);
        window.React.useEffect(() => { fetched().then(() => setCame(true)); }, []);
        return came() ? window.React.createElement(window[name][type], props) : null;
      }
      // Dash asks this before it calls back to a component.
      Object.defineProperty(Late, "_dashprivate_isLazyComponentReady", { get: () => came() || fetched() });
      return Late;
    }

    stand = new Proxy({}, { get(_target, type) {
      // What answers later anyway answers once the library is there.
      if (/Async$/.test(String(type))) return (...given) => fetched().then(() => window[name][type](...given));
      if (typeof type !== "string" || !/^[A-Z]/.test(type)) return undefined;
      if (!components.has(type)) components.set(type, standIn(type));
      return components.get(type);
    } });
    window[name] = stand;
    return fetched;
  }

  for (const element of document.querySelectorAll("script[data-late]")) libraries.push(library(element));
  const fetchAll = () => (window.requestIdleCallback || setTimeout)(() => libraries.forEach((fetched) => fetched()));
  if (libraries.length) setTimeout(fetchAll, AT_LAST_MS);

  window.anwang = window.anwang || {};
  window.anwang.late = { fetchAll };
})();
