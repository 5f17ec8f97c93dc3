// The one live stream of a browser tab: alarms as they are raised, and a pulse that proves the feed alive.
(function () {
  const listeners = new Set();
  const state = { source: null, pulse: null, heardAt: 0, openedAt: 0, begunAt: null, missed: false, ahead: [] };
  const SILENT_MS = 20000;

  // What the stream said of late. A page's figures may have been read before an alarm and arrive after it: they are
  // brought up to date with what was said since. By whose clock? The portal's alone: a pulse names its time, and what
  // came before the pulse was said before that time.
  const lately = [];
  const LATELY_MS = 120000;
  const OVERLAP_MS = 2500;  // a stream that begins tells the last three seconds too

  // The portal's own time: a display's clock may be wrong. A pulse that was held up says too early; the quickest counts.
  const now = () => Date.now() + (state.ahead.length ? Math.max(...state.ahead) : 0);

  function passed(at) {
    for (const each of lately) each.saidBy = Math.min(each.saidBy, at);
    while (lately.length && lately[0].saidBy < at - LATELY_MS) lately.shift();
  }

  function applyTo(known, alarm) {
    if (alarm.state === "closed") known.delete(alarm.id);
    else known.set(alarm.id, alarm);
  }

  function upToDate(alarms, readAt) {
    const known = new Map(alarms.map((alarm) => [alarm.id, alarm])), read = Date.parse(readAt);
    for (const { alarm, saidBy } of lately) if (saidBy > read) applyTo(known, alarm);
    return known;
  }

  // What was read so long before the stream began misses what was said between.
  const hasGap = (readAt) => state.begunAt !== null && state.begunAt - Date.parse(readAt) > OVERLAP_MS;

  function resync() {
    store("live-alarm", { what: "resync", arrived: Date.now() });
    listeners.forEach((tell) => tell({ what: "resync" }));
  }

  // It ends: what is said from now on is heard by nobody, and what it said is as old as anything.
  function lost() {
    state.missed = true;
    passed(now());
  }

  // Pages hear of it through Dash; a wall has no use for that, and Dash remembers every change for ever (see forget).
  function store(id, data) {
    if (document.getElementById("frame") && !document.querySelector(".wall")) window.dash_clientside.set_props(id, { data });
  }

  // The stamp "shown on a screen": said once the page has really drawn the alarm, many in one word.
  const drawn = [];
  const SHOWS_ALARMS = /^\/(alarms|wall)?$/;

  function whenDrawn(id) {
    if (!SHOWS_ALARMS.test(location.pathname)) return;
    const since = Date.now();
    const isThere = () => location.pathname !== "/alarms" || document.querySelector(`.ag-row[row-id="${id}"]`);
    const look = () => {
      if (isThere()) requestAnimationFrame(() => requestAnimationFrame(() => say(id)));
      else if (Date.now() - since < 15000) setTimeout(look, 50);
    };
    look();
  }

  function say(id) {
    drawn.push({ id, at: performance.now() });
    if (drawn.length > 1) return;
    setTimeout(() => {
      const now = performance.now();
      const alarms = drawn.splice(0, 200).map((one) => ({ id: one.id, ago_ms: Math.min(60000, now - one.at) }));
      fetch("/api/v1/alarms/shown", {
        method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ alarms }),
      }).catch(() => {});
    }, 200 + Math.random() * 400);
  }

  function open() {
    if (state.source) return;
    const source = new EventSource("/live");
    state.begunAt = null;
    state.source = source;
    state.openedAt = Date.now();
    source.addEventListener("alarm", (event) => {
      const message = JSON.parse(event.data);
      message.arrived = Date.now();
      lately.push({ alarm: message.alarm, saidBy: Infinity });
      listeners.forEach((tell) => tell(message));
      store("live-alarm", message);
      if (message.what === "raised") whenDrawn(message.alarm.id);
    });
    source.addEventListener("notice", () => store("live-message", { arrived: Date.now() }));
    source.addEventListener("pulse", (event) => {
      state.pulse = JSON.parse(event.data);
      state.heardAt = Date.now();
      passed(Date.parse(state.pulse.at));
      state.ahead = [...state.ahead.slice(-11), Date.parse(state.pulse.at) - Date.now()];
      store("live-pulse", state.pulse);
      if (state.begunAt === null) {
        state.begunAt = Date.parse(state.pulse.at);
        listeners.forEach((tell) => tell({ what: "begun" }));
      }
      if (state.missed) {
        state.missed = false;
        resync();
      }
      paint();
    });
    source.addEventListener("resync", resync);
    source.addEventListener("ended", () => location.reload());
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) {
        state.source = null;
        setTimeout(open, 3000);
      }
    };
  }

  // "stale" when a feed is late, or when this page itself has heard nothing for 15 s.
  function health() {
    if (!state.pulse || Date.now() - state.heardAt > 15000) return "stale";
    return state.pulse.feeds.length && state.pulse.feeds.every((feed) => !feed.stale) ? "fresh" : "stale";
  }

  function lastWord() {
    if (!state.pulse) return null;
    const times = state.pulse.feeds.map((feed) => Date.parse(feed.alive_at)).filter(Boolean);
    return times.length ? new Date(Math.max(...times)) : null;
  }

  function paint() {
    const box = document.getElementById("freshness");
    if (box) box.className = "freshness " + health();
    const clock = document.getElementById("as-of");
    const at = lastWord();
    if (clock && at) clock.textContent = at.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
  }

  // A cable that was pulled says nothing: a stream that is silent for too long is opened anew.
  function watch() {
    if (!state.source || document.hidden || Date.now() - Math.max(state.heardAt, state.openedAt) < SILENT_MS) return;
    state.source.close();
    state.source = null;
    lost();
    open();
  }

  // Dash keeps every change of every property, for an undo that these pages do not have: days of it fill a browser.
  function forget() {
    for (const each of window.dash_stores || []) {
      const past = each.getState().history?.past;
      if (past?.length) past.length = 0;
    }
  }

  setInterval(() => { paint(); watch(); }, 1000);
  setInterval(forget, 60000);

  // A browser keeps few connections to one host: a tab that nobody looks at gives its stream back, and catches up later.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      if (state.source) lost();
      state.source?.close();
      state.source = null;
    } else if (listeners.size || state.pulse) open();
  });

  window.anwang = window.anwang || {};
  window.anwang.live = {
    listen(tell) {
      listeners.add(tell);
      open();
      return () => listeners.delete(tell);
    },
    applyTo,
    upToDate,
    health,
    lastWord,
    hasGap,
    now,
    build: () => state.pulse?.build || "",
    heardAt: () => state.heardAt || state.openedAt || Date.now(),
    staleFeeds: () => (state.pulse?.feeds || []).filter((feed) => feed.stale).map((feed) => feed.name),
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.live = {
    show_freshness() {
      open();
      setTimeout(paint, 0);
      return "freshness " + health();
    },
  };
})();
