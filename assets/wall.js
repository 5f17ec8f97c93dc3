// The wall moves by itself: the playlist's scenes in turn, a ticker of the newest alarms, a clock of the portal's own
// time, and a word on everything that is not fresh. What a critical alarm does to it stands in wall-takeover.js.
(function () {
  const LEVELS = ["", "critical", "major", "minor", "notice"];
  const ROWS = 4;
  const OLD_SECONDS = 90;
  const PICTURE_OLD_SECONDS = 120;
  const LOST_SECONDS = 15;
  const ZONE = { timeZone: "Asia/Shanghai" };
  const wall = { data: null, alarms: new Map(), scene: 0, turnedAt: 0, stop: null, heardAt: 0, drawnHour: -1 };

  const $ = (selector) => document.querySelector(selector);
  const text = (tag, className, words) => Object.assign(document.createElement(tag), { className, textContent: words });
  const now = () => window.anwang.live.now();
  const at = (iso) => new Date(iso).toLocaleTimeString("zh-CN", { hour12: false, ...ZONE });
  const region = ({ city_name, county_name }, names = wall.data.words.regions) =>
    names ? `${names[city_name] ?? city_name} ${names[county_name] ?? county_name}` : city_name + county_name;
  const place = (alarm) => `${region(alarm)} · ${alarm.venue_name}${alarm.area_name ? " " + alarm.area_name : ""}`;
  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
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
    row.append(text("span", "at", at(alarm.raised_at)), text("span", `tone sign-${LEVELS[alarm.level]}`, words.levels[alarm.level]),
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

  // The strip of alarms that nobody verified yet has a place of its own beneath the map, whether it is there or not.
  function viewOf(scene) {
    const em = parseFloat(getComputedStyle($(".wall")).fontSize);  // the canvas has letters of the map engine's
    const padding = { top: 1.2 * em, right: 2.4 * em, bottom: 6.6 * em, left: 2.4 * em };
    return { ...wall.data.base, padding, ...scene.view };
  }

  // `isBack`: a takeover had the map elsewhere.
  function show(index, isBack = false) {
    const data = wall.data, canvas = $("#wall-canvas");
    if (!data || !canvas) return;
    wall.scene = index % data.scenes.length;
    wall.turnedAt = Date.now();
    wall.drawnHour = -1;
    const scene = data.scenes[wall.scene];
    $("#wall-caption").replaceChildren(text("b", "", scene.title), text("span", "", scene.subtitle));
    $("#wall-ramp-low").textContent = scene.low;
    $("#wall-ramp-high").textContent = scene.high;
    $("#wall-ramp-name").textContent = scene.measure;
    const bar = $("#wall-progress");
    bar.style.animation = "none";
    void bar.offsetWidth;
    bar.style.animation = data.scenes.length > 1 ? `progress ${scene.seconds}s linear` : "none";
    const alarms = scene.hour ? [] : [...wall.alarms.values()];
    const alarmsAt = scene.hour ? undefined : data.at;
    window.anwang.map.show(canvas, { ...viewOf(scene), isBack, alarms, alarmsAt })
      .then(() => window.anwang.wall.takeover.again(), (error) => console.error(error));
    if (typeof performance !== "undefined") { performance.clearMarks(); performance.clearResourceTimings(); }
  }

  // An hour's review: its alarms appear one after another, at the pace at which the scene passes.
  function reviewHour(scene) {
    const share = Math.min(1, (Date.now() - wall.turnedAt) / 1000 / Math.max(1, scene.seconds - 4));
    const since = Date.parse(scene.hour.since), moment = since + share * (Date.parse(scene.hour.until) - since);
    const raised = scene.hour.alarms.filter((alarm) => Date.parse(alarm.raised_at) <= moment);
    const last = raised[raised.length - 1];
    $("#wall-caption").replaceChildren(text("b", "", scene.title), text("span", "", scene.subtitle),
      text("em", "", at(new Date(moment).toISOString()).slice(0, 5) + (last ? ` ${place(last)} · ${wall.data.words.kinds[last.kind]}` : "")));
    if (raised.length === wall.drawnHour) return;
    wall.drawnHour = raised.length;
    // All of them as if they were new and waiting: a review shows where it rang, not what became of it.
    const alarms = raised.map((alarm) => ({ ...alarm, level: Math.min(alarm.level, 4) }));
    window.anwang.map.show($("#wall-canvas"), { ...viewOf(scene), alarms }).catch(() => undefined);
  }

  function hear(message) {
    wall.heardAt = Date.now();
    if (message.what === "resync" || (message.what === "begun" && wall.data && window.anwang.live.hasGap(wall.data.at))) { again(); return; }
    if (!wall.data || !message.alarm) return;
    const alarm = message.alarm;
    window.anwang.live.applyTo(wall.alarms, alarm);
    window.anwang.wall.takeover.paint();
    paintTicker(message.what === "raised" ? alarm.id : null);
  }

  // The figures are asked for anew at once: after the portal was away, or the network.
  let asked = 0;
  function again() {
    if (Date.now() - asked < 2000) return;
    asked = Date.now();
    window.dash_clientside.set_props("wall-again", { data: asked });
  }

  // A dead feed never looks calm: every panel says as of when it is once that is too long ago.
  function paintStale() {
    const words = wall.data?.words;
    if (!words) return;
    const isFresh = window.anwang.live.health() === "fresh";
    for (const box of document.querySelectorAll(".wall [data-as-of]")) {
      const old = (now() - Date.parse(box.dataset.asOf)) / 1000 > (box.tagName === "FIGURE" ? PICTURE_OLD_SECONDS : OLD_SECONDS);
      if (old || (box.dataset.live === "1" && !isFresh)) box.dataset.stale = fill(words.stale, { at: at(box.dataset.asOf) });
      else delete box.dataset.stale;
    }
  }

  function paintLost() {
    const box = $("#wall-lost"), words = wall.data?.words, live = window.anwang.live;
    const silent = (Date.now() - live.heardAt()) / 1000;
    let says = "";
    if (words && silent > LOST_SECONDS) {
      says = fill(words.lost, { span: window.anwang.spanOf(new Date(now() - silent * 1000).toISOString()), at: at(wall.data.at) });
    } else if (words && live.health() === "stale") {
      const names = live.staleFeeds();
      says = fill(words.silent, { names: names.join(", ") || "–" });
    }
    if (box.textContent !== says) box.textContent = says;
    $(".wall").classList.toggle("lost", Boolean(says));
  }

  function paintClock() {
    const moment = new Date(now()), lang = document.documentElement.lang;
    $("#wall-clock").textContent = moment.toLocaleTimeString("zh-CN", { hour12: false, ...ZONE });
    $("#wall-date").textContent = moment.toLocaleDateString(lang, { month: "long", day: "numeric", weekday: "long", ...ZONE });
    const last = window.anwang.live.lastWord();
    $("#wall-fresh").className = `wall-fresh ${window.anwang.live.health()}`;
    $("#wall-as-of").textContent = last ? last.toLocaleTimeString("zh-CN", { hour12: false, ...ZONE }) : "–";
  }

  function beat() {
    if (!$(".wall")) { wall.stop?.(); wall.stop = null; return; }
    wall.stop ||= window.anwang.live.listen(hear);  // what was said between the figures and the stream's beginning is asked for: see hear
    wall.build ||= window.anwang.live.build();
    if (wall.build && window.anwang.live.build() !== wall.build) { location.reload(); return; }  // the portal is a newer one
    paintClock();
    paintStale();
    paintLost();
    if (!wall.data) return;
    const takeover = window.anwang.wall.takeover;
    takeover.beat();
    if (takeover.holds()) return;
    const scene = wall.data.scenes[wall.scene % wall.data.scenes.length];
    if ($("#wall-canvas").dataset.painted !== "1") wall.turnedAt = Date.now();  // a scene begins once there is a map
    if (Date.now() - wall.turnedAt > scene.seconds * 1000) show(wall.scene + 1);
    else if (scene.hour) reviewHour(scene);
  }
  setInterval(beat, 1000);

  window.anwang = window.anwang || {};
  window.anwang.wall = { wall, show, text, at, region, place, what, fill, now, $ };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wall = {
    play(data) {
      if (!data) return window.dash_clientside.no_update;
      const isFirst = !$("#wall-canvas").dataset.playing;
      const before = wall.data && wall.data.scenes[wall.scene];
      wall.data = data;
      wall.alarms = window.anwang.live.upToDate(data.alarms, data.at);
      if (window.anwang.live.hasGap(data.at)) again();
      if (isFirst) {
        $("#wall-canvas").dataset.playing = "1";
        window.anwang.wall.takeover.reset();
        show(0);
      } else if (before?.hour && data.scenes[wall.scene]?.hour) {
        data.scenes[wall.scene].hour = before.hour;  // the review that is under way is played to its end
      }
      paintTicker(null);
      window.anwang.wall.takeover.paint();
      beat();
      return data.at;
    },
  };
})();
