// A critical alarm takes the wall: the map flies to the venue, a card shows the evidence, who has been told and the time
// since the signal. Several take it in turns. It returns when all are verified; what is old but unverified stays as a strip.
(function () {
  const STAYS_MS = 60 * 60 * 1000;
  const TURN_MS = 12 * 1000;
  const ASK_MS = 10 * 1000;
  const SETTLED = ["verified", "handled", "closed"];
  const state = { taken: null, turnedAt: 0, order: [], evidence: null, askedAt: 0, asking: null, failed: false };

  const { wall, text, at, region, place, what, fill, now, $ } = window.anwang.wall;

  // Unverified and critical; those nobody has taken on come first, and of those the newest.
  function critical() {
    const found = [...wall.alarms.values()].filter((a) => a.level === 1 && !a.window_id && !SETTLED.includes(a.state));
    const waiting = (a) => (a.state === "raised" ? 0 : 1);
    return found.sort((a, b) => waiting(a) - waiting(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at));
  }

  const isHot = (alarm) => now() - Date.parse(alarm.last_signal_at) < STAYS_MS;

  function fact(list, name, value) {
    if (value) list.append(text("dt", "", name), text("dd", "", value));
  }

  function since(alarm, className) {
    const timer = text("span", className, window.anwang.spanOf(alarm.raised_at));
    timer.dataset.since = alarm.raised_at;
    return timer;
  }

  function facts(alarm) {
    const words = wall.data.words, list = text("dl", "facts", "");
    fact(list, words.fact.reading, what(alarm));
    fact(list, words.fact.device, alarm.device_code);
    fact(list, words.fact.first, at(alarm.raised_at));
    fact(list, words.fact.state, words.states[alarm.state]);
    const last = state.evidence?.steps?.at(-1);
    if (last) list.append(text("dt", "", ""), text("dd", "quiet", `${at(last.at)} ${last.says}`));
    return list;
  }

  function cameras(evidence) {
    const box = text("div", "takeover-cameras", "");
    for (const camera of evidence.cameras) {
      const figure = text("figure", "", "");
      if (camera.picture) figure.append(Object.assign(document.createElement("img"), { src: camera.picture, alt: camera.code }));
      const words = wall.data.words.fact;
      const taken = camera.taken_at ? fill(words.taken, { at: at(camera.taken_at) }) : words.dark;
      figure.append(text("figcaption", "", `${camera.area} · ${taken}`));
      box.append(figure);
    }
    return box;
  }

  function told(evidence) {
    const list = text("ul", "takeover-told", "");
    for (const each of evidence.told) {
      const line = text("li", each.arrived ? "arrived" : "", "");
      line.append(text("span", "", at(each.at)), text("b", "", each.who), text("span", "", `${each.arrived}/${each.people}`));
      list.append(line);
    }
    if (!evidence.told.length) list.append(text("li", "nobody", wall.data.words.fact.nobody));
    return list;
  }

  function others(found, shown) {
    const list = text("ul", "takeover-others", "");
    for (const alarm of found.filter((each) => each.id !== shown.id).slice(0, 4)) {
      const line = text("li", "", "");
      line.append(text("span", "", place(alarm)), since(alarm, "since"));
      list.append(line);
    }
    return list;
  }

  function card(alarm, found) {
    const words = wall.data.words, evidence = state.evidence?.id === alarm.id ? state.evidence : null;
    const kind = text("div", "kind", "");
    kind.append(text("span", "sign-critical", `${words.levels[1]} · ${words.kinds[alarm.kind]}`), since(alarm, "timer"));
    const parts = [kind, text("h2", "", alarm.venue_name),
                   text("p", "", `${region(alarm)} ${alarm.area_name || ""}`), facts(alarm)];
    if (evidence) {
      if (evidence.readings) parts.push(Object.assign(document.createElement("img"), { src: evidence.readings, className: "takeover-readings", alt: "" }));
      if (evidence.cameras.length) parts.push(text("h3", "", words.fact.cameras), cameras(evidence));
      parts.push(text("h3", "", words.fact.told), told(evidence));
    } else if (state.failed) parts.push(text("p", "quiet", words.fact.asked));
    if (found.length > 1) parts.push(text("h3", "", `${words.fact.others} ${found.length - 1}`), others(found, alarm));
    const box = $("#wall-takeover");
    box.replaceChildren(...parts);
    box.dataset.alarm = alarm.id;
  }

  async function ask(id) {
    state.askedAt = Date.now();
    state.asking?.abort();
    state.asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/wall/alarms/${id}`, { signal: state.asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const evidence = await answer.json();
      if (state.taken !== id) return;
      state.evidence = evidence;
      state.failed = false;
    } catch (error) {
      if (error.name === "AbortError") return;
      state.failed = true;
    }
    paint();
  }

  // Old ones that nobody verified are not forgotten: a strip over the rotating map.
  function strip(found) {
    const box = $("#wall-strip"), old = found.filter((alarm) => !isHot(alarm));
    box.classList.toggle("open", old.length > 0);
    if (!old.length) { if (box.firstChild) box.replaceChildren(); return; }
    box.replaceChildren(text("b", "sign-critical", fill(wall.data.words.waiting, { n: old.length })),
                        text("span", "", place(old[0])), since(old[0], "since"));
  }

  function paint() {
    const frame = $(".wall");
    if (!frame || !wall.data) return;
    const found = critical(), hot = found.filter(isHot);
    strip(found);
    if (!hot.length) {
      if (state.taken !== null) { reset(); frame.classList.remove("alarmed"); window.anwang.wall.show(wall.scene, true); }
      return;
    }
    const stays = hot.find((alarm) => alarm.id === state.taken);
    const news = hot.find((alarm) => !state.order.includes(alarm.id));
    const chosen = news || stays || hot[0];
    state.order = hot.map((alarm) => alarm.id);
    take(chosen, hot);
  }

  function take(alarm, hot) {
    const isNew = state.taken !== alarm.id;
    if (isNew) {
      state.taken = alarm.id;
      state.turnedAt = Date.now();
      if (state.evidence?.id !== alarm.id) state.evidence = null;
    }
    card(alarm, hot);
    $(".wall").classList.add("alarmed");
    if (!isNew) return;
    fly(alarm, 1800);
    ask(alarm.id);
  }

  // The venue comes to rest in the middle of what the card leaves free.
  function fly(alarm, duration) {
    const canvas = $("#wall-canvas"), map = window.anwang.map.maps.get(canvas)?.map;
    map?.flyTo({ center: [alarm.lng, alarm.lat], zoom: 12.5, duration, offset: [-$("#wall-takeover").offsetWidth / 2, 0] });
  }

  function beat() {
    if (state.taken === null) return;
    const hot = critical().filter(isHot);
    if (!hot.length) { paint(); return; }
    if (hot.length > 1 && Date.now() - state.turnedAt > TURN_MS) {
      const next = hot[(hot.findIndex((alarm) => alarm.id === state.taken) + 1) % hot.length];
      take(next, hot);
    } else if (Date.now() - state.askedAt > ASK_MS) ask(state.taken);
  }

  function reset() {
    state.asking?.abort();
    Object.assign(state, { taken: null, order: [], evidence: null, failed: false });
  }

  window.anwang.wall.takeover = {
    paint, beat, reset,
    holds: () => state.taken !== null,
    // The map was drawn anew under a takeover: fly there again.
    again() {
      const alarm = state.taken !== null && wall.alarms.get(state.taken);
      if (alarm) fly(alarm, 1800);
    },
  };
})();
