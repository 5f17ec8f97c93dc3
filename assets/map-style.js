// The map's style: what a view shows as the engine's sources and layers, their order and their colours. A map is opened with
// all of its view at once: each source that is filled later sends the engine's worker through its tiles once more.
(function () {
  const FONT = ["Noto Sans SC Variable"];
  const PROVINCE = [113.4, 24.3, 118.7, 30.2];
  const UNDER = "labels";
  const LEVELS = ["", "critical", "major", "minor", "notice"];

  const COUNTIES = { source: "regions", sourceLayer: "counties" };

  const address = (path) => new URL(path, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  const css = (name, node) => getComputedStyle(node).getPropertyValue(name).trim();
  const point = (lng, lat, properties) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties });
  const collection = (features) => ({ type: "FeatureCollection", features });

  function labels(view) {
    const size = (view.labelSize || 13) * (view.wall ? Math.min(innerWidth / 1920, innerHeight / 1080) : 1);
    return collection((view.labels || []).map(({ lng, lat, name, text }, order) => point(lng, lat, { name, text, size, order })));
  }

  // The gravest last: it lies on top.
  function alarms(open, node) {
    const colours = LEVELS.map((level) => level && css(`--${level}`, node));
    return collection([...open].sort((a, b) => b.level - a.level).map(({ lng, lat, id, venue_id, level }) =>
      point(lng, lat, { id, venue_id, level, colour: colours[level] })));
  }

  // A venue's point says by its colour how it stands; a cell of many says by its colour what share of them does.
  function venues(view, node) {
    if (!view.tiles) return { source: null, layers: [] };
    const from = (id, of, type, more) => ({ id, type, source: "venues", "source-layer": of, ...more });
    const colour = (name) => css(name, node), n = ["sqrt", ["get", "n"]];
    const radius = (most, least, by) => ["min", most, ["+", least, ["*", by, n]]];
    const share = ["/", ["get", view.measure], ["max", 1, ["get", "n"]]];
    const layers = [
      from("density", "density", "circle", { paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, radius(3, 0.7, 0.24), 7, radius(3.6, 0.9, 0.34), 9.9, radius(7.5, 1.8, 0.8), 13, radius(14, 3, 1)],
        "circle-color": view.measure === "stands" ? colour("--venue-many")
          : ["interpolate", ["linear"], share, 0, colour("--venue-off"), 1, colour("--venue-on")],
        "circle-opacity": ["interpolate", ["linear"], ["zoom"], 6, view.wall ? 0.45 : 0.4, 9, 0.85] } }),
      from("venue-dot", "venues", "circle", { paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 3.2, 14, 8],
        "circle-color": ["case", ["==", ["get", view.measure], 1], colour("--venue-on"), colour("--venue-off")],
        "circle-stroke-color": colour("--venue-ring"), "circle-stroke-width": 1 } }),
    ];
    const source = { type: "vector", tiles: [address(view.tiles)], minzoom: 5, maxzoom: 16, bounds: PROVINCE };
    if (!view.letters) return { source, layers };
    const written = (field, size) => ({ "text-field": field, "text-font": FONT, "text-size": size, "text-offset": [0, 0.9],
      "text-anchor": "top", "text-max-width": 12, "text-optional": true });
    const ink = { "text-color": colour("--map-label"), "text-halo-color": colour("--map-halo"), "text-halo-width": 1.5 };
    const stands = ["match", ["coalesce", ["get", "level"], 0], 1, colour("--critical"), 2, colour("--major"), 3, colour("--minor"),
      ["case", [">", ["get", "unwell"], 0], colour("--venue-off"), [">", ["get", "devices"], 0], colour("--venue-on"), "#9aa7ba"]];
    layers.push(
      from("area-dot", "areas", "circle", { minzoom: 16, paint: {
        "circle-radius": 6, "circle-color": stands, "circle-stroke-color": colour("--venue-ring"), "circle-stroke-width": 1.5 } }),
      from("venue-name", "venues", "symbol", { minzoom: 12.5, layout: written(["get", "name"], 12), paint: ink }),
      from("area-name", "areas", "symbol", { minzoom: 16, layout: written(["get", "name"], 11), paint: ink }),
    );
    return { source, layers };
  }

  const isAbove = (layer) => layer.type === "symbol";  // names of venues lie on everything, their points beneath the regions' names

  function selected(view) {  // an empty layer still costs its masks
    const is = view.level === "county";
    return { filter: ["==", ["id"], is ? view.area : -1], visibility: is ? "visible" : "none" };
  }

  function style(node, view, alarming) {
    const colours = {
      line: css("--map-line", node), city: css("--map-city", node),
      label: css("--map-label", node), halo: css("--map-halo", node), dim: css("--map-dim", node),
      accent: css("--accent", node),
    };
    const { baseMap } = view, base = baseMap
      ? { sources: { base: { type: "raster", tiles: [window.anwang.baseMap.address(baseMap)], tileSize: 256,
                             minzoom: baseMap.minzoom, maxzoom: baseMap.maxzoom } },
          layers: [{ id: "base", type: "raster", source: "base", paint: { "raster-opacity": 0.8 } }] }
      : { sources: {}, layers: [] };
    const border = (level, colour, width, opacity = 1) => ({ id: `${level}-line`, type: "line", source: "regions", "source-layer": "borders",
      filter: ["==", ["get", "level"], level], paint: { "line-color": colour, "line-width": width, "line-opacity": opacity } });
    const grave = ["match", ["get", "level"], 1, 1.4, 2, 1.15, 1];
    const venue = venues(view, node), { filter, visibility } = selected(view);
    return {
      version: 8,
      sources: {
        ...base.sources,
        regions: { type: "vector", tiles: [address(view.regions.tiles)], maxzoom: view.regions.maxzoom, bounds: PROVINCE },
        labels: { type: "geojson", data: labels(view) },
        alarms: { type: "geojson", data: alarming },
        ...(venue.source && { venues: venue.source }),
      },
      layers: [
        ...base.layers,
        { id: "county-fill", type: "fill", source: "regions", "source-layer": "counties", paint: {
          "fill-color": ["case", ["boolean", ["feature-state", "inside"], true],
            ["string", ["feature-state", "colour"], colours.dim], colours.dim],
          "fill-opacity": ["interpolate", ["linear"], ["zoom"],
            9, ["case", ["boolean", ["feature-state", "hover"], false], 0.82, baseMap ? 0.7 : 1],
            13, baseMap ? 0.15 : 0.3],
          "fill-antialias": false } },
        border("county", colours.line, ["interpolate", ["linear"], ["zoom"], 6, 0.6, 11, 1.6], 0.75),
        border("city", colours.line, ["interpolate", ["linear"], ["zoom"], 6, 1.8, 11, 3]),
        border("province", colours.city, 1.4),
        { id: "selected-line", type: "line", source: "regions", "source-layer": "counties", filter, layout: { visibility },
          paint: { "line-color": colours.accent, "line-width": 3 } },
        ...venue.layers.filter((layer) => !isAbove(layer)),
        { id: "labels", type: "symbol", source: "labels",
          layout: { "text-field": ["format", ["get", "name"], { "font-scale": 1 }, "\n", {},
                                   ["get", "text"], { "font-scale": 0.94 }],
                    "text-font": FONT, "text-size": ["get", "size"], "text-line-height": 1.25,
                    "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 0.2,
                    "text-padding": 3, "symbol-sort-key": ["get", "order"] },
          paint: { "text-color": colours.label, "text-halo-color": colours.halo, "text-halo-width": 1.8 } },
        { id: "alarm-dot", type: "circle", source: "alarms",
          paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, ["*", 3.5, grave], 12, ["*", 7, grave]],
                   "circle-color": ["get", "colour"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.2 } },
        ...venue.layers.filter(isAbove),
      ],
    };
  }

  function colourAreas(map, view) {
    for (const [adcode, { colour, inside }] of Object.entries(view.areas || {})) {
      map.setFeatureState({ ...COUNTIES, id: Number(adcode) }, { colour: colour || null, inside });
    }
  }

  // The layers of a map that is open, for another view: its counties' colours and its alarms are not theirs.
  function restyle(map, node, before, view) {
    const { filter, visibility } = selected(view);
    map.setFilter("selected-line", filter);
    map.setLayoutProperty("selected-line", "visibility", visibility);
    map.getSource("labels").setData(labels(view));
    if (before.tiles === view.tiles && before.measure === view.measure && before.letters === view.letters) return;
    for (const { id } of venues(before, node).layers) if (map.getLayer(id)) map.removeLayer(id);
    if (map.getSource("venues")) map.removeSource("venues");
    const { source, layers } = venues(view, node);
    if (source) map.addSource("venues", source);
    for (const layer of layers) map.addLayer(layer, isAbove(layer) ? undefined : UNDER);
  }

  window.anwang = window.anwang || {};
  window.anwang.mapStyle = { LEVELS, COUNTIES, style, restyle, labels, alarms, colourAreas };
})();
