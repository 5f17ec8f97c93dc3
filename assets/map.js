// The map: areas coloured by a rate, venues as tiles, alarms as pulses. One engine for the map page and the wall.
(function () {
  const ENGINE = "/assets/vendor/maplibre-gl/maplibre-gl.mjs?m=6.17.0";
  const WORKER = "/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs?m=6.17.0";
  const STYLE_SHEET = "/assets/vendor/maplibre-gl/maplibre-gl.css?m=6.17.0";
  const GRID = 1e5;  // steps to a degree: the boundaries are given to 1e-4
  const FONT = ["Noto Sans SC Variable"];
  const EMPTY = { type: "FeatureCollection", features: [] };
  const RETRY_MS = 5000;
  const HOLD_MS = 2000;  // a map that is not all there by then is shown as far as it came
  const WALL_KEEPS_TILES = 8;  // out of view, a source: a wall flies to another place at each alarm, for days
  const FADE_MS = 150;  // names come and go gently, but those of the first picture are there
  const PADDING = { top: 20, right: 24, bottom: 64, left: 24 };
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
      })();
    }
    return engine;
  }

  let areas = null;
  function boundaries() {
    const hint = document.querySelector("link[data-boundaries]");
    areas ||= fetch(hint ? hint.href : "/api/v1/regions.geojson?level=county", { credentials: "include" }).then((answer) => {
      if (!answer.ok) throw new Error(`boundaries: ${answer.status}`);
      return answer.json();
    }).catch((error) => { areas = null; throw error; });
    return areas;
  }

  // What the page's head has begun to fetch is used at once: a hint that waits is a hint wasted.
  if (document.querySelector("link[data-boundaries]")) for (const part of [loadEngine, boundaries]) part().catch(() => undefined);

  // Every border once, as lines with the highest level they divide. Neighbours share their points, so a piece that two
  // counties have is one piece; the levels' own shapes one over the other would draw most pieces two to four times.
  function bordersOf(counties) {
    const points = new Map(), pieces = new Map();  // pieces by their ends: the cities at their sides
    const number = ([lng, lat]) => {  // of the point; what is made of longitude and latitude is below 2^53
      const at = Math.round(lng * GRID) * 1e7 + Math.round(lat * GRID);
      if (!points.has(at)) points.set(at, points.size);
      return points.get(at);
    };
    const key = (a, b) => (a < b ? a * 2 ** 26 + b : b * 2 ** 26 + a);
    const rings = counties.features.flatMap(({ geometry, properties }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates)
      .flatMap((polygon) => polygon.map((ring) => ({ ring, numbers: ring.map(number), city: properties.parent }))));
    for (const { numbers, city } of rings) {
      for (let i = 1; i < numbers.length; i++) {
        const at = key(numbers[i - 1], numbers[i]), sides = pieces.get(at);
        if (sides) sides.push(city); else pieces.set(at, [city]);
      }
    }
    const lines = { county: [], city: [], province: [] };
    for (const { ring, numbers } of rings) {
      let line = null, of = "";
      for (let i = 1; i < ring.length; i++) {
        const at = key(numbers[i - 1], numbers[i]), sides = pieces.get(at);
        if (!sides) { line = null; continue; }
        pieces.delete(at);
        const level = sides.length === 1 ? "province" : sides[0] === sides[1] ? "county" : "city";
        if (!line || level !== of) { line = [ring[i - 1]]; of = level; lines[level].push(line); }
        line.push(ring[i]);
      }
    }
    return { type: "FeatureCollection", features: Object.entries(lines).map(([level, coordinates]) => (
      { type: "Feature", properties: { level }, geometry: { type: "MultiLineString", coordinates } })) };
  }

  const css = (name, node) => getComputedStyle(node).getPropertyValue(name).trim();

  function style(node, baseMap, counties) {
    const colours = {
      ground: css("--map-ground", node), line: css("--map-line", node), city: css("--map-city", node),
      label: css("--map-label", node), halo: css("--map-halo", node), dim: css("--map-dim", node),
      accent: css("--accent", node),
    };
    const base = baseMap
      ? { sources: { base: { type: "raster", tiles: [window.anwang.baseMap.address(baseMap)], tileSize: 256,
                             minzoom: baseMap.minzoom, maxzoom: baseMap.maxzoom } },
          layers: [{ id: "base", type: "raster", source: "base", paint: { "raster-opacity": 0.8 } }] }
      : { sources: {}, layers: [] };
    const border = (level, colour, width, opacity = 1) => ({ id: `${level}-line`, type: "line", source: "borders",
      filter: ["==", ["get", "level"], level], paint: { "line-color": colour, "line-width": width, "line-opacity": opacity } });
    return {
      version: 8,
      sources: {
        ...base.sources,
        counties: { type: "geojson", data: counties, promoteId: "adcode" },
        borders: { type: "geojson", data: bordersOf(counties) },
        labels: { type: "geojson", data: EMPTY },
        alarms: { type: "geojson", data: EMPTY },
      },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colours.ground } },
        ...base.layers,
        { id: "county-fill", type: "fill", source: "counties", paint: {
          "fill-color": ["case", ["boolean", ["feature-state", "inside"], true],
            ["string", ["feature-state", "colour"], colours.dim], colours.dim],
          "fill-opacity": ["interpolate", ["linear"], ["zoom"],
            9, ["case", ["boolean", ["feature-state", "hover"], false], 0.82, baseMap ? 0.7 : 1],
            13, baseMap ? 0.15 : 0.3],
          "fill-antialias": false } },
        border("county", colours.line, ["interpolate", ["linear"], ["zoom"], 6, 0.6, 11, 1.6], 0.75),
        border("city", colours.line, ["interpolate", ["linear"], ["zoom"], 6, 1.8, 11, 3]),
        border("province", colours.city, 1.4),
        { id: "selected-line", type: "line", source: "counties", filter: ["==", ["get", "adcode"], -1], layout: { visibility: "none" },
          paint: { "line-color": colours.accent, "line-width": 3 } },
        { id: "labels", type: "symbol", source: "labels",
          layout: { "text-field": ["format", ["get", "name"], { "font-scale": 1 }, "\n", {},
                                   ["get", "text"], { "font-scale": 0.94 }],
                    "text-font": FONT, "text-size": ["get", "size"], "text-line-height": 1.25,
                    "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 0.2,
                    "text-padding": 3, "symbol-sort-key": ["get", "order"] },
          paint: { "text-color": colours.label, "text-halo-color": colours.halo, "text-halo-width": 1.8 } },
        { id: "alarm-dot", type: "circle", source: "alarms",
          paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 3.5, 12, 7],
                   "circle-color": ["get", "colour"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.2 } },
      ],
    };
  }

  // A venue's point says by its colour how it stands; a cell of many says by its colour what share of them does.
  const UNDER = "labels";
  function addVenues(map, view, node) {
    for (const layer of ["density", "venue-dot", "venue-name", "area-dot", "area-name"]) if (map.getLayer(layer)) map.removeLayer(layer);
    if (map.getSource("venues")) map.removeSource("venues");
    if (!view.tiles) return;
    map.addSource("venues", { type: "vector", tiles: [new URL(view.tiles, location.href).href
      .replaceAll("%7B", "{").replaceAll("%7D", "}")], minzoom: 5, maxzoom: 16, bounds: [113.4, 24.3, 118.7, 30.2] });
    const n = ["sqrt", ["get", "n"]];
    const of = (most, least, by) => ["min", most, ["+", least, ["*", by, n]]];
    const share = ["/", ["get", view.measure], ["max", 1, ["get", "n"]]];
    map.addLayer({ id: "density", type: "circle", source: "venues", "source-layer": "density",
      paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, of(3, 0.7, 0.24), 7, of(3.6, 0.9, 0.34), 9.9, of(7.5, 1.8, 0.8), 13, of(14, 3, 1)],
               "circle-color": view.measure === "stands" ? css("--venue-many", node)
                 : ["interpolate", ["linear"], share, 0, css("--venue-off", node), 1, css("--venue-on", node)],
               "circle-opacity": ["interpolate", ["linear"], ["zoom"], 6, view.wall ? 0.45 : 0.4, 9, 0.85] } }, UNDER);
    map.addLayer({ id: "venue-dot", type: "circle", source: "venues", "source-layer": "venues",
      paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 3.2, 14, 8],
               "circle-color": ["case", ["==", ["get", view.measure], 1], css("--venue-on", node), css("--venue-off", node)],
               "circle-stroke-color": css("--venue-ring", node), "circle-stroke-width": 1 } }, UNDER);
    if (!view.letters) return;
    const written = (field, size) => ({ "text-field": field, "text-font": FONT, "text-size": size, "text-offset": [0, 0.9],
      "text-anchor": "top", "text-max-width": 12, "text-optional": true });
    const ink = { "text-color": css("--map-label", node), "text-halo-color": css("--map-halo", node), "text-halo-width": 1.5 };
    map.addLayer({ id: "venue-name", type: "symbol", source: "venues", "source-layer": "venues", minzoom: 12.5,
      layout: written(["get", "name"], 12), paint: ink });
    const LEVEL = ["match", ["coalesce", ["get", "level"], 0], 1, css("--critical", node), 2, css("--major", node), 3, css("--minor", node),
      ["case", [">", ["get", "unwell"], 0], css("--venue-off", node), [">", ["get", "devices"], 0], css("--venue-on", node), "#9aa7ba"]];
    map.addLayer({ id: "area-dot", type: "circle", source: "venues", "source-layer": "areas", minzoom: 16,
      paint: { "circle-radius": 6, "circle-color": LEVEL, "circle-stroke-color": css("--venue-ring", node), "circle-stroke-width": 1.5 } }, UNDER);
    map.addLayer({ id: "area-name", type: "symbol", source: "venues", "source-layer": "areas", minzoom: 16,
      layout: written(["get", "name"], 11), paint: ink });
  }

  function paintAreas(map, view) {
    const data = view.areas || {};
    for (const [adcode, area] of Object.entries(data)) {
      map.setFeatureState({ source: "counties", id: Number(adcode) }, { colour: area.colour || null, inside: area.inside });
    }
    map.setFilter("selected-line", ["==", ["get", "adcode"], view.level === "county" ? view.area : -1]);
    map.setLayoutProperty("selected-line", "visibility", view.level === "county" ? "visible" : "none");  // an empty layer still costs its masks
    map.getSource("labels").setData({ type: "FeatureCollection", features: (view.labels || []).map((label, i) => ({
      type: "Feature", geometry: { type: "Point", coordinates: [label.lng, label.lat] },
      properties: { name: label.name, text: label.text, size: (view.labelSize || 13) * (view.wall ? Math.min(innerWidth / 1920, innerHeight / 1080) : 1), order: i } })) });
  }

  // What a page adds to the engine: `shown` after each view, `tip` for words at the pointer.
  const hooks = {};

  const LEVELS = ["", "critical", "major", "minor", "notice"];
  function alarmFeatures(entry) {
    const features = [];
    for (const alarm of entry.alarms.values()) {
      features.push({ type: "Feature", geometry: { type: "Point", coordinates: [alarm.lng, alarm.lat] },
        properties: { id: alarm.id, venue_id: alarm.venue_id, level: alarm.level, sort: -alarm.level,
                      colour: css(`--${LEVELS[alarm.level]}`, entry.node) } });
    }
    features.sort((a, b) => a.properties.sort - b.properties.sort);
    return { type: "FeatureCollection", features };
  }

  function paintAlarms(entry) {
    entry.map.getSource("alarms")?.setData(alarmFeatures(entry));
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
      if (hovered !== null) map.setFeatureState({ source: "counties", id: hovered }, { hover: false });
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
        map.setFeatureState({ source: "counties", id: hovered }, { hover: true });
        const area = (entry.view.areas || {})[hovered];
        words = area ? [area.name, area.text] : [county.properties.name];
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
    await document.fonts.ready;
    line.remove();
  }

  async function open(node, view) {
    const lettersCame = letters(view);
    const [library, counties] = await Promise.all([loadEngine(), boundaries()]);
    if (view.baseMap) window.anwang.baseMap.prepare(library, view.baseMap);
    const where = view.at ? { center: view.at.slice(0, 2), zoom: view.at[2] } : { bounds: view.bounds };
    const map = new library.Map({
      container: node, style: style(node, view.baseMap, counties), ...where,
      fitBoundsOptions: { padding: view.padding || PADDING }, minZoom: 5, maxZoom: 17, attributionControl: false,
      interactive: !view.wall, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
      keyboard: !view.wall, maxTileCacheSize: view.wall ? WALL_KEEPS_TILES : null,
    });
    map.touchZoomRotate?.disableRotation();
    const entry = { node, map, library, view, alarms: new Map(), pulses: new Map(), stop: null, frames: window.anwang.carry(map) };
    maps.set(node, entry);
    const began = performance.now();
    const letGo = () => { delete node.dataset.held; };
    node.dataset.held = "1";
    map.once("idle", letGo);
    setTimeout(() => { if (maps.get(node) === entry) { letGo(); map.triggerRepaint(); } }, HOLD_MS);
    entry.frames.holds = () => performance.now() - began < HOLD_MS && !(entry.shown && map.loaded() && !map._placementDirty);
    await Promise.all([map.once("style.load"), lettersCame]);
    if (!view.wall) {
      map.addControl(new library.NavigationControl({ showCompass: false }), "bottom-right");
      listen(entry);
    }
    entry.stop = window.anwang.live.listen((message) => hear(entry, message));
    entry.scheme = matchMedia("(prefers-color-scheme: dark)");
    entry.onScheme = () => { close(node); show(node, entry.view); };
    entry.scheme.addEventListener("change", entry.onScheme);
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

  async function show(node, view) {
    for (const other of [...maps.keys()]) if (!other.isConnected) close(other);
    let entry = maps.get(node);
    const isNew = !entry;
    if (isNew) {
      if (node.dataset.opening) { node.pending = view; return null; }
      node.dataset.opening = "1";
      try {
        entry = await open(node, view);
      } catch (error) {  // the portal is away for a moment: a wall must come back by itself
        close(node);
        node.dataset.failed = String(error);
        setTimeout(() => { if (node.isConnected) show(node, node.pending || view).catch(() => undefined); }, RETRY_MS);
        return null;
      } finally {
        delete node.dataset.opening;
      }
      delete node.dataset.failed;
      if (node.pending) { view = node.pending; delete node.pending; }
    }
    const before = entry.shown;
    if (!isNew) await letters(view);
    if (!node.isConnected) { close(node); return null; }  // the reader went on meanwhile: a node outside the page has no colours
    entry.view = view;
    entry.shown = view;
    paintAreas(entry.map, view);
    if (!before || before.tiles !== view.tiles || before.measure !== view.measure || before.letters !== view.letters) addVenues(entry.map, view, node);
    entry.alarms = window.anwang.live.upToDate(view.alarms || [], view.alarmsAt);  // as they are, where it names no time
    paintAlarms(entry);
    if (view.alarmsAt) askAgain(entry, false);
    hooks.shown?.(entry, isNew);
    if (!isNew && !view.at && (view.isBack || JSON.stringify(before?.bounds) !== JSON.stringify(view.bounds))) {
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

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.map = {
    draw(view, id) {
      const node = document.getElementById(id);
      if (view && node) show(node, view).catch((error) => { node.dataset.failed = String(error); console.error(error); });
      return view ? view.area : null;
    },
  };
})();
