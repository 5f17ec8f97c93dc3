// The map: areas coloured by a rate, venues as tiles, alarms as pulses. One engine for the map page and the wall.
(function () {
  const ENGINE = "/assets/vendor/maplibre-gl/maplibre-gl.mjs?m=6.17.0";
  const WORKER = "/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs?m=6.17.0";
  const STYLE_SHEET = "/assets/vendor/maplibre-gl/maplibre-gl.css?m=6.17.0";
  const RETRY_MS = 5000;
  const HOLD_MS = 2000;  // a map that is not all there by then is shown as far as it came
  const WALL_KEEPS_TILES = 8;  // out of view, a source: a wall flies to another place at each alarm, for days
  const FADE_MS = 150;  // names come and go gently, but those of the first picture are there
  const PADDING = { top: 20, right: 24, bottom: 64, left: 24 };
  const { LEVELS, COUNTIES, style, restyle, colourAreas, alarms: alarmFeatures } = window.anwang.mapStyle;
  const maps = new Map();
  let engine = null;

  async function loadEngine() {
    if (!engine) {
      engine = (async () => {
        if (!document.querySelector(`link[href="${STYLE_SHEET}"]`)) {
          const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: STYLE_SHEET });
          document.head.append(sheet);
        }
        const library = await import(ENGINE);
        library.setWorkerUrl(WORKER);
        library.prewarm();
        return library;
      })().catch((error) => { engine = null; throw error; });
    }
    return engine;
  }

  // What the page's head has begun to fetch is used at once: a hint that waits is a hint wasted.
  if (document.querySelector(`link[href="${ENGINE}"]`)) loadEngine().catch(() => undefined);

  // What a page adds to the engine: `opened` once a map is there, `shown` after each view, `tip` for words at the pointer.
  const hooks = {};

  function paintAlarms(entry) {
    const features = alarmFeatures(entry.alarms.values(), entry.node), told = JSON.stringify(features);
    if (told !== entry.told) entry.map.getSource("alarms")?.setData(features);
    entry.told = told;
    const wanted = new Map();
    for (const alarm of entry.alarms.values()) {
      const fresh = Date.now() - Date.parse(alarm.raised_at) < 10 * 60 * 1000;
      if (alarm.state === "raised" && !alarm.window_id && (alarm.level === 1 || (fresh && alarm.level <= 3))) wanted.set(alarm.id, alarm);
    }
    for (const [id, pulse] of entry.pulses) if (!wanted.has(id)) { pulse.remove(); entry.pulses.delete(id); }
    for (const [id, alarm] of wanted) {
      if (entry.pulses.has(id)) continue;
      const node = document.createElement("div");
      node.className = `pulse pulse-${LEVELS[alarm.level]}`;
      node.dataset.alarm = id;
      node.title = `${alarm.venue_name}`;
      node.addEventListener("click", (event) => { event.stopPropagation(); go(`/alarms?alarm=${id}`); });
      entry.pulses.set(id, new entry.library.Marker({ element: node }).setLngLat([alarm.lng, alarm.lat]).addTo(entry.map));
    }
  }

  // A view of a past day (alarmsAt is null) stays as that day was; a wall asks for its figures by itself.
  function hear(entry, message) {
    if (!entry.node.isConnected) { close(entry.node); return; }
    if (entry.view.alarmsAt === null) return;
    if (message.what === "resync" || message.what === "begun") askAgain(entry, message.what === "resync");
    if (!message.alarm) return;
    window.anwang.live.applyTo(entry.alarms, message.alarm);
    entry.view = { ...entry.view, alarms: [...entry.alarms.values()] };
    paintAlarms(entry);
  }

  // Its alarms are asked for anew, not by all open maps in the same moment.
  function askAgain(entry, isLost) {
    if (entry.view.wall || entry.asking || !(isLost || window.anwang.live.hasGap(entry.view.alarmsAt))) return;
    entry.asking = setTimeout(() => {
      entry.asking = null;
      if (entry.node.isConnected) window.dash_clientside.set_props("map-again", { data: Date.now() });
    }, Math.random() * 1000);
  }

  const go = (href) => window.dash_clientside.set_props("address", { href });

  function goDown(entry, area) {
    const query = new URLSearchParams(location.search);
    query.set("area", area);
    query.delete("at");
    window.dash_clientside.set_props("address", { search: `?${query}` });
  }

  function listen(entry) {
    const { map, node } = entry;
    const tip = Object.assign(document.createElement("div"), { className: "map-tip" });
    node.append(tip);
    let hovered = null;
    const unhover = () => {
      if (hovered !== null) map.setFeatureState({ ...COUNTIES, id: hovered }, { hover: false });
      hovered = null;
      tip.style.display = "none";
      map.getCanvas().style.cursor = "";
    };
    map.on("mousemove", (event) => {
      if (node.dataset.tool) return unhover();
      const special = hooks.tip && hooks.tip(entry, event);
      const venue = !special && map.getLayer("venue-dot") && map.queryRenderedFeatures(event.point, { layers: ["venue-dot"] })[0];
      const county = map.queryRenderedFeatures(event.point, { layers: ["county-fill"] })[0];
      unhover();
      if (!special && !venue && !county) return undefined;
      let words;
      if (special) words = special;
      else if (venue) words = [venue.properties.name];
      else {
        hovered = county.id;
        map.setFeatureState({ ...COUNTIES, id: hovered }, { hover: true });
        const area = entry.view.areas[hovered];
        words = area ? [area.name, area.text] : [];
      }
      map.getCanvas().style.cursor = "pointer";
      tip.replaceChildren(...words.map((word) => Object.assign(document.createElement("span"), { textContent: word })));
      tip.style.display = "block";
      tip.style.transform = `translate(${Math.min(event.point.x + 14, node.clientWidth - 200)}px, ${event.point.y + 14}px)`;
      return undefined;
    });
    map.on("mouseout", unhover);
    map.on("click", (event) => {
      if (node.dataset.tool) return undefined;
      const around = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
      const hit = (layer) => map.getLayer(layer) && map.queryRenderedFeatures(around, { layers: [layer] })[0];
      const alarm = hit("alarm-dot");
      if (alarm) return go(`/alarms?alarm=${alarm.properties.id}`);
      const venue = hit("ask-point") || hit("venue-dot");
      if (venue) return go(`/venues/${venue.properties.id}`);
      const area = hit("area-dot");
      if (area) return go(`/venues/${area.properties.venue_id}?tab=devices`);
      const county = map.queryRenderedFeatures(event.point, { layers: ["county-fill"] })[0];
      if (!county || map.getZoom() >= 13) return undefined;
      const adcode = county.id, city = Math.floor(adcode / 100) * 100;
      const inCity = entry.view.level !== "province" && Math.floor(entry.view.area / 100) * 100 === city;
      return goDown(entry, inCity ? adcode : city);
    });
  }

  // Glyphs are drawn once from the page's own font: its parts must be there before the first letter is drawn.
  // The page asks for them, by one hidden line: `document.fonts.load` would fetch every part that has one of the letters.
  async function letters(view) {
    const line = Object.assign(document.createElement("span"), { className: "map-letters",
      textContent: "0123456789.%–" + (view.letters || "") + (view.labels || []).map((label) => label.name).join("") });
    document.body.append(line);
    void line.offsetWidth;
    const coming = [...document.fonts].filter((face) => face.status === "loading").map((face) => face.loaded);
    if (coming.length) await Promise.race([Promise.allSettled(coming), new Promise((late) => setTimeout(late, HOLD_MS))]);
    line.remove();
  }

  const upToDate = (view) => window.anwang.live.upToDate(view.alarms || [], view.alarmsAt);  // as they are, where it names no time

  async function open(node, view) {
    const [library] = await Promise.all([loadEngine(), letters(view)]);
    if (!node.isConnected) return null;  // the reader went on meanwhile: a node outside the page has no colours
    const alarms = upToDate(view), features = alarmFeatures(alarms.values(), node);
    if (view.baseMap) window.anwang.baseMap.prepare(library, view.baseMap);
    const where = view.at ? { center: view.at.slice(0, 2), zoom: view.at[2] } : { bounds: view.bounds };
    const map = new library.Map({
      container: node, style: style(node, view, features), validateStyle: false, ...where,
      fitBoundsOptions: { padding: view.padding || PADDING }, minZoom: 5, maxZoom: 17, attributionControl: false,
      interactive: !view.wall, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
      keyboard: !view.wall, maxTileCacheSize: view.wall ? WALL_KEEPS_TILES : null,
    });
    map.touchZoomRotate?.disableRotation();
    const entry = { node, map, library, view, alarms, pulses: new Map(), stop: null, shown: view, isWhole: false,
                    told: JSON.stringify(features), frames: window.anwang.carry(map) };
    maps.set(node, entry);
    const began = performance.now();
    const letGo = () => { delete node.dataset.held; };
    node.dataset.held = "1";
    map.once("idle", letGo);
    setTimeout(() => { if (maps.get(node) === entry) { letGo(); map.triggerRepaint(); } }, HOLD_MS);
    entry.frames.holds = () => performance.now() - began < HOLD_MS && !(entry.isWhole && map.loaded() && !map._placementDirty);
    map.on("error", ({ sourceId, tile, error }) => { if (sourceId === "regions" && tile) askAgainFor(entry, tile); else console.error(error); });
    await Promise.race([map.once("style.load"), map.once("remove")]);
    if (maps.get(node) !== entry) return null;
    if (!view.wall) {
      map.addControl(new library.NavigationControl({ showCompass: false }), "bottom-right");
      listen(entry);
    }
    entry.stop = window.anwang.live.listen((message) => hear(entry, message));
    entry.scheme = matchMedia("(prefers-color-scheme: dark)");
    entry.onScheme = () => {
      const last = wanted.get(node);
      close(node);
      show(node, last === entry.shown ? entry.view : last);
    };
    entry.scheme.addEventListener("change", entry.onScheme);
    hooks.opened?.(entry);
    return entry;
  }

  function close(node) {
    const entry = maps.get(node);
    if (!entry) return;
    entry.stop?.();
    entry.scheme?.removeEventListener("change", entry.onScheme);
    entry.map.remove();
    maps.delete(node);
    node.replaceChildren();
  }

  // The engine does not ask again for a tile that failed while it stays in view, and these do not go stale by themselves.
  // They are named: of a source as a whole the engine waits for those that failed as if they were still to come.
  function askAgainFor(entry, tile) {
    setTimeout(() => {
      if (maps.get(entry.node) === entry) entry.map.refreshTiles("regions", [tile.tileID.canonical]);
    }, RETRY_MS);
  }

  // What is asked for last counts: a view that another one overtakes while its letters come, or the map, is not shown.
  const wanted = new WeakMap(), opening = new WeakSet();

  async function show(node, asked) {
    for (const other of [...maps.keys()]) if (!other.isConnected) close(other);
    wanted.set(node, asked);
    if (opening.has(node)) return null;
    let entry = maps.get(node);
    if (!entry) {
      opening.add(node);
      try {
        entry = await open(node, asked);
      } catch (error) {  // the portal is away for a moment: a wall must come back by itself
        close(node);
        node.dataset.failed = String(error);
        setTimeout(() => { if (node.isConnected && !maps.has(node)) show(node, wanted.get(node)).catch(() => undefined); }, RETRY_MS);
        return null;
      } finally {
        opening.delete(node);
      }
      if (!entry) return null;
      delete node.dataset.failed;
    }
    const view = wanted.get(node), isFirst = !entry.isWhole && entry.shown === view;
    if (!isFirst) await letters(view);
    if (wanted.get(node) !== view || maps.get(node) !== entry) return null;
    if (!node.isConnected) { close(node); return null; }
    const before = entry.shown;
    entry.view = view;
    entry.shown = view;
    colourAreas(entry.map, view);
    if (!isFirst) restyle(entry.map, node, before, view);
    entry.alarms = upToDate(view);
    paintAlarms(entry);
    entry.isWhole = true;
    if (view.alarmsAt) askAgain(entry, false);
    hooks.shown?.(entry, isFirst);
    if (!isFirst && !view.at && (view.isBack || JSON.stringify(before.bounds) !== JSON.stringify(view.bounds))) {
      entry.map.fitBounds(view.bounds, { padding: view.padding || PADDING, duration: view.wall ? 1600 : 600 });
    }
    entry.map.once("idle", () => { node.dataset.painted = "1"; if (!view.wall) entry.map._fadeDuration = FADE_MS; performance.mark(`map-painted:${node.id}`); window.anwang.late.fetchAll(); });
    return entry;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.target.closest("input, textarea, [role=listbox]")) return;
    const up = document.querySelector(".page-map .breadcrumb a:last-of-type");
    if (up) up.click();
  });

  window.anwang = window.anwang || {};
  window.anwang.map = { show, maps, hooks, loadEngine, flyTo(node, lng, lat, zoom) {
    maps.get(node)?.map.flyTo({ center: [lng, lat], zoom, duration: 1800 });
  } };

  // The page's own component (portal/pages/map/canvas.py): the map begins as soon as its place is there.
  window.anwang.MapCanvas = ({ id, view, label }) => {
    const place = window.React.useRef(null);
    window.React.useLayoutEffect(() => {
      const node = place.current;
      show(node, view).catch((error) => { node.dataset.failed = String(error); console.error(error); });
    }, [view]);
    window.React.useLayoutEffect(() => {
      const node = place.current;
      return () => close(node);
    }, []);
    return window.React.createElement("div", { id, ref: place, className: "map-canvas", role: "application", "aria-label": label });
  };
})();
