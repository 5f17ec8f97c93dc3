// The map page beside its engine: answers drawn over the map, shapes to choose venues by, the months' slider, its address.
(function () {
  const { hooks } = window.anwang.map, { COUNTIES, labels } = window.anwang.mapStyle;
  const EMPTY = { type: "FeatureCollection", features: [] };
  const MOST_CORNERS = 90;
  const css = (name, node) => getComputedStyle(node).getPropertyValue(name).trim();
  const canvas = () => document.getElementById("map-canvas");
  const tools = () => document.getElementById("map-tools");
  const entryOf = () => window.anwang.map.maps.get(canvas());
  const word = (name, values = {}) => Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, value), tools()?.dataset[name.replace(/-./g, (x) => x[1].toUpperCase())] || "");

  function toAddress(change) {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(change)) value ? query.set(name, value) : query.delete(name);
    const search = query.toString().replaceAll("%2C", ",").replaceAll("%3B", ";");
    window.dash_clientside.set_props("address", { search: search ? `?${search}` : "" });
  }

  // What an answer or a shape draws ------------------------------------------------------------------------------
  function addLayers({ map, node }) {
    if (map.getSource("ask")) return;
    map.addSource("ask", { type: "geojson", data: EMPTY });
    map.addSource("shape", { type: "geojson", data: EMPTY });
    const only = (shape) => ["==", ["get", "shape"], shape];
    const add = (layer, before) => map.addLayer(layer, map.getLayer(before) ? before : undefined);
    add({ id: "ask-fill", type: "fill", source: "ask", filter: only("fill"),
      paint: { "fill-color": ["get", "colour"], "fill-opacity": ["get", "opacity"], "fill-antialias": false } }, "county-line");
    add({ id: "ask-ring", type: "fill", source: "ask", filter: only("ring"),
      paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.1 } }, "labels");
    add({ id: "ask-ring-line", type: "line", source: "ask", filter: only("ring"),
      paint: { "line-color": ["get", "colour"], "line-width": 1.2, "line-opacity": 0.8 } }, "labels");
    add({ id: "ask-point", type: "circle", source: "ask", filter: only("point"),
      paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 2.4, 10, 4.5, 14, 8], "circle-color": ["get", "colour"],
               "circle-stroke-color": css("--venue-ring", node), "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 0.4, 10, 1] } }, "alarm-dot");
    add({ id: "ask-station", type: "circle", source: "ask", filter: only("station"),
      paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 3.5, 12, 8], "circle-color": "#ffffff",
               "circle-stroke-color": ["get", "colour"], "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 2.4, 12, 5] } }, "alarm-dot");
    const accent = css("--accent", node);
    add({ id: "shape-fill", type: "fill", source: "shape", paint: { "fill-color": accent, "fill-opacity": 0.12 } }, "labels");
    add({ id: "shape-line", type: "line", source: "shape", paint: { "line-color": accent, "line-width": 2.4, "line-dasharray": [2, 1.4] } }, "labels");
  }

  function ring(lng, lat, metres) {
    const north = metres / 111195, east = north / Math.cos(lat * Math.PI / 180);
    return Array.from({ length: 65 }, (_v, i) => [lng + east * Math.cos(i * Math.PI / 32), lat + north * Math.sin(i * Math.PI / 32)]);
  }

  function shapeOf({ near, lasso }) {
    let corners = null;
    if (near) corners = ring(...near.split(",").map(Number));
    else if (lasso) {
      corners = lasso.split(";").map((pair) => pair.split(",").map(Number));
      corners.push(corners[0]);
    }
    return corners ? { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [corners] } }] } : EMPTY;
  }

  // The venues' own points step back where an answer is drawn over them.
  const BEHIND = [["density", "circle-opacity", 0], ["venue-dot", "circle-opacity", 0.25], ["venue-dot", "circle-stroke-opacity", 0.25]];
  function stepBack(entry, back) {
    entry.usual ||= new Map();
    for (const [layer, property, faint] of BEHIND) {
      if (!entry.map.getLayer(layer)) continue;
      const name = `${layer} ${property}`;
      if (back) {
        if (!entry.usual.has(name)) entry.usual.set(name, entry.map.getPaintProperty(layer, property) ?? 1);
        entry.map.setPaintProperty(layer, property, faint);
      } else if (entry.usual.has(name)) entry.map.setPaintProperty(layer, property, entry.usual.get(name));
    }
  }

  hooks.opened = (entry) => {
    if (!entry.view.wall && entry.node.id === "map-canvas") remember(entry);
  };

  hooks.shown = (entry, isFirst) => {
    if (entry.view.wall || entry.node.id !== "map-canvas") return;
    const { overlay } = entry.view, answered = { type: "FeatureCollection", features: overlay?.features || [] };
    const shape = shapeOf(entry.view.shape || {});
    if (answered.features.length || shape.features.length) addLayers(entry);
    entry.map.getSource("ask")?.setData(answered);
    entry.map.getSource("shape")?.setData(shape);
    stepBack(entry, Boolean(overlay));
    follow(entry, isFirst);
    slider(entry);
  };

  hooks.tip = ({ map }, event) => {
    const layers = ["ask-station", "ask-point", "area-dot", "density", "ask-fill"].filter((id) => map.getLayer(id));
    const found = map.queryRenderedFeatures(event.point, { layers })[0];
    if (!found) return null;
    const is = found.properties;
    if (found.layer.id === "density") {
      if (map.getZoom() < 8 || map.getPaintProperty("density", "circle-opacity") === 0) return null;
      return [word("venues", { n: is.n })];
    }
    if (found.layer.id === "area-dot") {
      return [is.name, word("floor", { n: is.floor }), word("devices", { n: is.devices }), ...(is.unwell ? [word("unwell", { n: is.unwell })] : [])];
    }
    return [is.name, is.text].filter(Boolean);
  };

  // The address holds where the map looks ------------------------------------------------------------------------
  function keep(entry) {
    if (location.pathname !== "/" || !entry.looked) return;
    const query = new URLSearchParams(location.search);
    query.set("at", entry.looked);
    history.replaceState(history.state, "", `?${query.toString().replaceAll("%2C", ",").replaceAll("%3B", ";")}`);
  }

  function remember(entry) {
    const { map } = entry;
    map.on("moveend", (event) => {
      if (!event.originalEvent) return;
      const middle = map.getCenter();
      entry.looked = `${middle.lng.toFixed(4)},${middle.lat.toFixed(4)},${map.getZoom().toFixed(2)}`;
      keep(entry);
    });
  }

  function follow(entry, isFirst) {
    const { map, view } = entry;
    const asked = view.at ? view.at.join(",") : "";
    if (entry.area !== undefined && entry.area !== view.area) entry.looked = null;
    if (view.at && !isFirst && asked !== entry.askedAt && (!entry.looked || entry.looked.split(",").some((part, i) => Math.abs(part - view.at[i]) > 1e-3))) {
      map.jumpTo({ center: view.at.slice(0, 2), zoom: view.at[2] });
      entry.looked = null;
    }
    entry.area = view.area;
    entry.askedAt = asked;
    if (entry.looked) keep(entry);
  }

  // Choosing venues by a shape -----------------------------------------------------------------------------------
  function simpler(points, tolerance) {
    if (points.length < 3) return points;
    const [first, last] = [points[0], points[points.length - 1]];
    const [dx, dy] = [last[0] - first[0], last[1] - first[1]], length = Math.hypot(dx, dy) || 1;
    let furthest = 0, at = 0;
    for (let i = 1; i < points.length - 1; i++) {
      const off = length > 1 ? Math.abs(dx * (first[1] - points[i][1]) - (first[0] - points[i][0]) * dy) / length
        : Math.hypot(points[i][0] - first[0], points[i][1] - first[1]);
      if (off > furthest) { furthest = off; at = i; }
    }
    if (furthest <= tolerance) return [first, last];
    return [...simpler(points.slice(0, at + 1), tolerance).slice(0, -1), ...simpler(points.slice(at), tolerance)];
  }

  let drawing = null;
  function stop() {
    if (!drawing) return;
    drawing.sheet.remove();
    delete drawing.entry.node.dataset.tool;
    document.querySelectorAll(".map-tools .tool").forEach((button) => button.setAttribute("aria-pressed", "false"));
    drawing = null;
  }

  function start(tool) {
    const again = drawing?.tool === tool;
    stop();
    const entry = entryOf();
    if (again || !entry) return;
    const sheet = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    sheet.classList.add("map-sheet");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const said = Object.assign(document.createElement("div"), { className: "map-said", textContent: word(tool) });
    sheet.append(path);
    const box = document.createElement("div");
    box.className = "map-drawing";
    box.append(sheet, said);
    entry.node.parentElement.append(box);
    entry.node.dataset.tool = tool;
    document.querySelector(`.tool-${tool}`)?.setAttribute("aria-pressed", "true");
    drawing = { tool, entry, sheet: box, points: [], said };
    const place = (event) => { const at = box.getBoundingClientRect(); return [event.clientX - at.left, event.clientY - at.top]; };
    sheet.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      sheet.setPointerCapture(event.pointerId);
      drawing.points = [place(event)];
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!drawing?.points.length) return;
      const here = place(event), [first] = drawing.points;
      if (tool === "radius") {
        drawing.points = [first, here];
        const far = Math.hypot(here[0] - first[0], here[1] - first[1]);
        path.setAttribute("d", `M${first[0] - far} ${first[1]}a${far} ${far} 0 1 0 ${2 * far} 0a${far} ${far} 0 1 0 ${-2 * far} 0`);
        said.textContent = `${(metres(entry.map, first, here) / 1000).toFixed(2)} km`;
      } else {
        drawing.points.push(here);
        path.setAttribute("d", `M${drawing.points.map((point) => point.join(" ")).join("L")}Z`);
      }
    });
    sheet.addEventListener("pointerup", () => finish());
    sheet.addEventListener("pointercancel", stop);
  }

  function metres(map, from, to) {
    const [a, b] = [map.unproject(from), map.unproject(to)];
    const rad = Math.PI / 180, half = Math.sin((b.lat - a.lat) * rad / 2) ** 2
      + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin((b.lng - a.lng) * rad / 2) ** 2;
    return 2 * 6371008.8 * Math.asin(Math.sqrt(half));
  }

  function finish() {
    const { tool, entry, points } = drawing;
    const wide = points.length > 1 && Math.max(...points.map((p) => Math.hypot(p[0] - points[0][0], p[1] - points[0][1]))) > 8;
    if (!wide) { drawing.points = []; return; }
    const lngLat = (point) => { const at = entry.map.unproject(point); return `${at.lng.toFixed(5)},${at.lat.toFixed(5)}`; };
    if (tool === "radius") {
      const far = Math.min(200000, Math.max(50, Math.round(metres(entry.map, points[0], points[points.length - 1]))));
      stop();
      toAddress({ near: `${lngLat(points[0])},${far}`, lasso: "" });
      return;
    }
    let tolerance = 1.5, corners = points;
    do { corners = simpler(points, tolerance); tolerance *= 1.6; } while (corners.length > MOST_CORNERS);
    stop();
    if (corners.length >= 3) toAddress({ lasso: corners.map(lngLat).join(";"), near: "" });
  }

  document.addEventListener("click", (event) => {
    const tool = ["lasso", "radius"].find((name) => event.target.closest?.(`.tool-${name}`));
    if (tool) start(tool);
  });
  document.addEventListener("keydown", (event) => {
    if (!canvas() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog, [role=listbox]")) return;
    if (event.key === "Escape" && drawing) { stop(); event.stopImmediatePropagation(); }
    else if (event.key.toLowerCase() === "l") start("lasso");
    else if (event.key.toLowerCase() === "r") start("radius");
    else if (event.key.toLowerCase() === "p") document.querySelector(".tool-print")?.click();
  }, true);

  // The months ---------------------------------------------------------------------------------------------------
  const STEP_MS = 420;
  const known = new Map();
  let playing = null;

  function monthsOf(layer, category) {
    const address = `/api/v1/map/months?layer=${layer}${category === "all" ? "" : `&category=${category}`}`;
    if (!known.has(address)) {
      known.set(address, fetch(address, { credentials: "include" }).then((answer) => (answer.ok ? answer.json() : null))
        .catch(() => null).then((found) => { setTimeout(() => known.delete(address), 300000); return found; }));
    }
    return known.get(address);
  }

  function ends(today) {
    const days = [];
    for (let year = 2024, month = 1; ; month === 12 ? (year += 1, month = 1) : month++) {
      const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
      if (last >= today) break;
      days.push(last);
    }
    return [...days, today];
  }

  function slider(entry) {
    const row = document.querySelector("#map-months .months-row");
    if (!row || row.querySelector("input")) return;
    halt();
    const { layer, category, day, today, words } = row.dataset;
    const days = ends(today), input = document.createElement("input");
    const nearest = (wanted) => days.reduce((best, each, i) => (each <= wanted ? i : best), 0);
    Object.assign(input, { type: "range", min: 0, max: days.length - 1, value: nearest(day) });
    input.setAttribute("aria-label", words);
    const scale = document.createElement("div");
    scale.className = "months-years";
    days.forEach((each, i) => {
      if (each.slice(5, 7) !== "01") return;
      scale.append(Object.assign(document.createElement("span"), { textContent: each.slice(0, 4), style: `left:${100 * i / (days.length - 1)}%` }));
    });
    const track = document.createElement("div");
    track.className = "months-track";
    track.append(input, scale);
    row.insertBefore(track, row.lastChild);
    const button = row.querySelector(".play");
    button.hidden = !row.dataset.played;
    const show = async (i) => {
      row.querySelector(".months-day").textContent = days[i];
      input.setAttribute("aria-valuetext", days[i]);
      const months = row.dataset.played ? await monthsOf(layer, category) : null;
      if (months && Number(input.value) === i && document.contains(row)) paint(entry, months, days[i], i);
    };
    const settle = () => {
      if (days[input.value] === day) window.anwang.map.show(entry.node, entry.view);
      else toAddress({ as_of: days[input.value] === today ? "" : days[input.value] });
    };
    input.addEventListener("input", () => { halt(); show(Number(input.value)); });
    input.addEventListener("change", settle);
    button.addEventListener("click", async () => {
      if (playing) { halt(); settle(); return; }
      const months = await monthsOf(layer, category);
      if (!months || !months.days.length) return;
      if (Number(input.value) === days.length - 1) input.value = 0;
      button.textContent = "❚❚";
      const step = async () => {
        if (!document.contains(row)) { halt(); return; }
        await show(Number(input.value));
        if (!playing) return;
        if (Number(input.value) === days.length - 1) { halt(); settle(); return; }
        input.value = Number(input.value) + 1;
        playing = setTimeout(step, STEP_MS);
      };
      playing = setTimeout(step, 0);
    });
    row.addEventListener("pointerenter", () => { if (row.dataset.played) monthsOf(layer, category); }, { once: true });
  }

  function halt() {
    clearTimeout(playing);
    playing = null;
    document.querySelectorAll(".months .play").forEach((button) => { button.textContent = "▶"; });
  }

  // One month's colours, all on one scale: the venues' points belong to another day and step back meanwhile.
  function paint(entry, months, day, i) {
    const { map, view, node } = entry;
    if (months.days[i] !== day) return;
    for (const [adcode, colours] of Object.entries(months.colours)) {
      map.setFeatureState({ ...COUNTIES, id: Number(adcode) }, { colour: colours[i] });
    }
    stepBack(entry, true);
    const told = (view.labels || []).map((label) => ({ ...label, text: months.texts[label.adcode]?.[i] || "" }));
    map.getSource("labels").setData(labels({ ...view, labels: told }));
    const spans = document.querySelectorAll("#map-legend > span");
    if (spans.length > 3) [spans[1].textContent, spans[3].textContent] = months.scale;
    node.dataset.month = day;
  }
})();
