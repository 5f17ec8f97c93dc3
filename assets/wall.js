// The wall moves by itself: scenes in turn, a ticker of the newest alarms, and a takeover when a critical alarm comes.
(function () {
  const SCENE_SECONDS = 20;
  const LEVELS = ["", "critical", "major", "minor", "notice"];
  const ROWS = 4;
  const wall = { data: null, alarms: new Map(), scene: 0, turnedAt: 0, taken: null, stop: null };

  const $ = (selector) => document.querySelector(selector);
  const text = (tag, className, words) => Object.assign(document.createElement(tag), { className, textContent: words });
  const at = (iso) => new Date(iso).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
  const place = (alarm) => `${alarm.city_name}${alarm.county_name} · ${alarm.venue_name}${alarm.area_name ? " " + alarm.area_name : ""}`;
  const what = (alarm) => {
    const words = wall.data.words;
    const reading = alarm.signal && alarm.value !== null && alarm.value !== undefined
      ? ` · ${words.signals[alarm.signal] || alarm.signal} ${+alarm.value.toFixed(2)} ${words.units[alarm.signal] || ""}` : "";
    return words.kinds[alarm.kind] + reading + (alarm.signal_count > 1 ? ` ×${alarm.signal_count}` : "");
  };

  function tick(alarm, isNew) {
    const words = wall.data.words;
    const row = text("div", `tick tick-${LEVELS[alarm.level]}${isNew ? " new" : ""}`, "");
    const since = text("span", "since", window.anwang.spanOf(alarm.raised_at));
    since.dataset.since = alarm.raised_at;
    row.append(text("span", "at", at(alarm.raised_at)), text("span", "tone", words.levels[alarm.level]),
               text("span", "where", place(alarm)), text("span", "what", what(alarm)),
               text("span", "state", alarm.window_id ? words.window : words.states[alarm.state]), since);
    row.dataset.alarm = alarm.id;
    return row;
  }

  function paintTicker(newId) {
    const box = $("#wall-ticker");
    if (!box) return;
    const open = [...wall.alarms.values()];
    open.sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
    const urgent = open.filter((a) => a.level === 1 && a.state === "raised" && !a.window_id);
    const shown = [...urgent, ...open.filter((a) => !urgent.includes(a))].slice(0, ROWS);
    box.replaceChildren(...(shown.length ? shown.map((alarm) => tick(alarm, alarm.id === newId))
                                         : [text("p", "note", wall.data.words.calm)]));
  }

  function paintTakeover() {
    const frame = $(".wall");
    if (!frame) return;
    const critical = [...wall.alarms.values()].filter((a) => a.level === 1 && !a.window_id && !["verified", "handled", "closed"].includes(a.state)
      && Date.now() - Date.parse(a.last_signal_at) < 60 * 60 * 1000);
    // What nobody has taken on comes first, and of that the newest.
    const waiting = (a) => (a.state === "raised" ? 0 : 1);
    critical.sort((a, b) => waiting(a) - waiting(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at));
    const alarm = critical[0];
    if (!alarm) {
      if (wall.taken !== null) { wall.taken = null; frame.classList.remove("alarmed"); show(wall.scene); }
      return;
    }
    const words = wall.data.words, box = $("#wall-takeover");
    const timer = text("span", "timer", window.anwang.spanOf(alarm.raised_at));
    timer.dataset.since = alarm.raised_at;
    const kind = text("div", "kind", "");
    kind.append(text("span", "", `${words.levels[1]} · ${words.kinds[alarm.kind]}`), timer);
    const facts = document.createElement("dl");
    facts.className = "facts";
    const fact = (name, value) => { if (value) facts.append(text("dt", "", name), text("dd", "", value)); };
    fact(words.fact.reading, what(alarm));
    fact(words.fact.device, alarm.device_code);
    fact(words.fact.state, words.states[alarm.state]);
    fact(words.fact.first, at(alarm.raised_at));
    fact(words.fact.others, critical.length > 1 ? String(critical.length - 1) : "");
    box.replaceChildren(kind, text("h2", "", alarm.venue_name),
                        text("p", "", `${alarm.city_name}${alarm.county_name} ${alarm.area_name || ""}`), facts);
    box.dataset.alarm = alarm.id;
    frame.classList.add("alarmed");
    if (wall.taken !== alarm.id) {
      wall.taken = alarm.id;
      window.anwang.map.flyTo($("#wall-canvas"), alarm.lng, alarm.lat, 11.5);
    }
  }

  function show(index) {
    const data = wall.data, canvas = $("#wall-canvas");
    if (!data || !canvas) return;
    wall.scene = index % data.scenes.length;
    wall.turnedAt = Date.now();
    const scene = data.scenes[wall.scene];
    const caption = $("#wall-caption");
    caption.replaceChildren(text("b", "", scene.title), text("span", "", scene.subtitle));
    $("#wall-ramp-low").textContent = scene.low;
    $("#wall-ramp-high").textContent = scene.high;
    $("#wall-ramp-name").textContent = scene.measure;
    const view = { ...data.base, ...scene.view, alarms: [...wall.alarms.values()] };
    window.anwang.map.show(canvas, view).then(() => { if (wall.taken !== null) { wall.taken = null; paintTakeover(); } },
                                              (error) => console.error(error));
  }

  function hear(message) {
    if (!wall.data || !message.alarm) return;
    const alarm = message.alarm;
    if (alarm.state === "closed") wall.alarms.delete(alarm.id);
    else wall.alarms.set(alarm.id, alarm);
    paintTicker(message.what === "raised" ? alarm.id : null);
    paintTakeover();
  }

  function beat() {
    if (!$(".wall")) { wall.stop?.(); wall.stop = null; return; }
    const now = new Date();
    const zone = { timeZone: "Asia/Shanghai" };
    $("#wall-clock").textContent = now.toLocaleTimeString("zh-CN", { hour12: false, ...zone });
    const lang = document.documentElement.lang;
    $("#wall-date").textContent = now.toLocaleDateString(lang, { month: "long", day: "numeric", weekday: "long", ...zone });
    const fresh = $("#wall-fresh"), last = window.anwang.live.lastWord();
    fresh.className = `wall-fresh ${window.anwang.live.health()}`;
    $("#wall-as-of").textContent = last ? last.toLocaleTimeString("zh-CN", { hour12: false, ...zone }) : "–";
    if (wall.data && wall.taken === null && Date.now() - wall.turnedAt > SCENE_SECONDS * 1000) show(wall.scene + 1);
  }
  setInterval(beat, 1000);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wall = {
    play(data) {
      if (!data) return window.dash_clientside.no_update;
      const isFirst = !$("#wall-canvas").dataset.playing;
      wall.data = data;
      wall.alarms = new Map(data.alarms.map((alarm) => [alarm.id, alarm]));
      if (!wall.stop) wall.stop = window.anwang.live.listen(hear);
      if (isFirst) { $("#wall-canvas").dataset.playing = "1"; wall.taken = null; show(0); }
      paintTicker(null);
      paintTakeover();
      beat();
      return data.at;
    },
  };
})();
