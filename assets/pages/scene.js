// Scenes and plans are heavy: their modules are asked for when a page holds one, and by no other page.
(function () {
  const opened = new WeakSet();

  function open(node) {
    opened.add(node);
    import(node.dataset.module).then((module) => module.mount(node)).catch((error) => {
      node.dataset.failed = String(error);
      console.error(error);
    });
  }

  const look = () => document.querySelectorAll("[data-module]").forEach((node) => { if (!opened.has(node)) open(node); });
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
