// On patrol: keys, keeping a frame, marks on it, shouting. What a camera shows is played by cameras.js.
(() => {
  "use strict";
  const LOOK_MS = 700, OPENING_MS = 5000;
  const root = () => document.querySelector(".patrol");
  const room = () => document.querySelector(".patrol-room");
  const tile = () => room()?.querySelector(".camera-tile.large");
  const words = () => JSON.parse(root()?.dataset.patrolWords || "{}");
  const round = () => Number(room()?.dataset.round) || null;
  const set = (id, data) => window.dash_clientside.set_props(id, { data });
  let quiet = null;
  const tell = (text) => {
    const line = document.querySelector(".patrol-told");
    if (!line) return;
    line.textContent = text;
    clearTimeout(quiet); quiet = setTimeout(() => { line.textContent = ""; }, 6000);
  };
  const noted = new Set();
  const shown = { element: null, since: 0 };
  let isBusy = false, reason = "", marker = null;

  const post = async (address, body) => {
    const answer = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ csrf_token: root().dataset.csrf, ...body }),
    });
    const told = await answer.json().catch(() => null);
    if (!answer.ok) { const error = new Error(told?.error?.message || words().lost); error.status = answer.status; throw error; }
    return told;
  };

  // A camera counts as looked through once the portal itself has seen its pictures come, or fail.
  const look = async () => {
    const element = tile(), key = `${round()}/${element?.dataset.camera}`;
    if (!element || !round() || noted.has(key)) return;
    const seen = window.anwangSeen?.(element);
    if (!seen) return;
    noted.add(key);
    try {
      const told = await post("/api/v1/patrol/looks", { address: seen.address, round_id: round() });
      if (told.outcome !== "seen") { tell(told.said); setTimeout(() => noted.delete(key), 10000); }
      set("patrol-looked", { camera: Number(element.dataset.camera), at: Date.now() });
    } catch (error) { setTimeout(() => noted.delete(key), error.status === 409 ? 1500 : 10000); }
  };

  const lookAtNothing = async () => {
    const none = document.querySelector(".patrol-no-source");
    if (!none || !round()) return;
    try {
      await post("/api/v1/patrol/looks/none", { camera_id: Number(none.dataset.camera), round_id: round() });
      set("patrol-looked", { camera: Number(none.dataset.camera), at: Date.now() });
    } catch (error) { tell(error.message); }
  };

  const go = async (name) => {
    const to = document.querySelector(name);
    if (!to || isBusy) return;
    isBusy = true;
    try {
      if (name === ".patrol-next") { await lookAtNothing(); await look(); }
    } finally { isBusy = false; }
    if (to.tagName === "A") to.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 7 }));
  };

  const capture = async () => {
    const element = tile(), button = document.querySelector(".patrol-capture");
    if (!element || isBusy || button?.disabled) return;
    const seen = window.anwangSeen?.(element);
    if (!seen) return;
    isBusy = true; element.classList.add("captured");
    try {
      const told = await post("/api/v1/patrol/captures", { address: seen.address, seen_at: seen.at, round_id: round() });
      set("patrol-captured", { id: told.id, at: Date.now() });
      tell(words().captured);
    } catch (error) { tell(error.message); } finally { isBusy = false; setTimeout(() => element.classList.remove("captured"), 400); }
  };

  // Marks: rectangles, arrows and words over the picture; their places are parts of its width and height.
  class Marker {
    constructor(id) {
      this.id = id; this.marks = []; this.kind = "rectangle"; this.said = words();
      this.dialog = document.createElement("dialog"); this.dialog.className = "patrol-marker";
      this.bar = document.createElement("div"); this.bar.className = "patrol-tools";
      for (const kind of ["rectangle", "arrow", "words"]) this.button(this.said[kind], () => this.choose(kind), kind);
      this.button(this.said.undo, () => { this.marks.pop(); this.draw(); });
      this.button(this.said.save, () => this.save(), "save");
      this.button(this.said.close, () => this.end());
      this.canvas = document.createElement("canvas");
      this.error = document.createElement("p"); this.error.setAttribute("role", "alert");
      this.image = new Image();
      this.image.onload = () => { this.canvas.width = this.image.naturalWidth; this.canvas.height = this.image.naturalHeight; this.draw(); };
      this.image.src = `/api/v1/patrol/captures/${id}`;
      this.dialog.append(this.bar, this.canvas, this.error);
      document.body.append(this.dialog);
      this.dialog.addEventListener("close", () => this.end());
      this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
      this.canvas.addEventListener("pointermove", (event) => { if (this.now) { this.follow(event); this.draw(); } });
      this.canvas.addEventListener("pointerup", (event) => this.finish(event));
      this.canvas.addEventListener("pointercancel", () => { this.now = null; this.draw(); });
      this.choose("rectangle");
      this.dialog.showModal();
    }

    button(text, act, name) {
      const made = document.createElement("button");
      made.type = "button"; made.textContent = text; if (name) made.dataset.tool = name;
      if (name === "save") made.className = "primary";
      made.addEventListener("click", act); this.bar.append(made);
    }

    choose(kind) {
      this.kind = kind;
      for (const each of this.bar.children) each.classList.toggle("here", each.dataset.tool === kind);
    }

    place(event) {
      const box = this.canvas.getBoundingClientRect(), within = (n) => Math.min(1, Math.max(0, n));
      return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    }

    begin(event) {
      if (event.button) return;
      this.canvas.setPointerCapture(event.pointerId);
      const [x, y] = this.place(event);
      this.now = { kind: this.kind, x, y, x2: x, y2: y, words: "" };
    }

    follow(event) { [this.now.x2, this.now.y2] = this.place(event); }

    finish(event) {
      if (!this.now) return;
      this.follow(event);
      const mark = this.now; this.now = null;
      const isSmall = Math.hypot(mark.x2 - mark.x, mark.y2 - mark.y) < .012;
      if (mark.kind === "words") { mark.words = (window.prompt(this.said.say) || "").trim().slice(0, 60); if (mark.words) this.marks.push(mark); }
      else if (!isSmall) this.marks.push(mark);
      this.draw();
    }

    draw() {
      const pen = this.canvas.getContext("2d"), { width, height } = this.canvas, line = Math.max(3, width / 240);
      pen.drawImage(this.image, 0, 0, width, height);
      pen.lineWidth = line; pen.strokeStyle = pen.fillStyle = "#d61f26"; pen.textBaseline = "top";
      for (const mark of this.now ? [...this.marks, this.now] : this.marks) {
        const [x, y, x2, y2] = [mark.x * width, mark.y * height, mark.x2 * width, mark.y2 * height];
        if (mark.kind === "rectangle") pen.strokeRect(x, y, x2 - x, y2 - y);
        else if (mark.kind === "arrow") {
          const towards = Math.atan2(y2 - y, x2 - x), long = line * 5;
          pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x2, y2); pen.stroke();
          pen.beginPath(); pen.moveTo(x2, y2);
          for (const turn of [-.45, .45]) pen.lineTo(x2 - Math.cos(towards + turn) * long, y2 - Math.sin(towards + turn) * long);
          pen.fill();
        } else if (mark.words) {
          const size = Math.max(16, height / 18);
          pen.font = `${size}px serif`;
          pen.fillRect(x - line, y - line, pen.measureText(mark.words).width + 2 * line, size * 1.25 + 2 * line);
          pen.fillStyle = "#fff"; pen.fillText(mark.words, x, y); pen.fillStyle = "#d61f26";
        }
      }
    }

    async save() {
      try {
        await post(`/api/v1/patrol/captures/${this.id}/marks`, { marks: this.marks });
        set("patrol-captured", { id: this.id, at: Date.now() });
        tell(this.said.saved);
        this.end();
      } catch (error) { this.error.textContent = error.message; }
    }

    end() { if (marker === this) marker = null; this.dialog.remove(); }
  }

  const mark = () => {
    const shown = document.querySelector(".patrol-picture");
    if (shown?.querySelector(".patrol-mark") && !marker) marker = new Marker(Number(shown.dataset.capture));
  };

  // Shouting
  const voice = { recorder: null, blob: null, seconds: 0, timer: null };
  const form = () => document.querySelector(".patrol-shout-form");
  const say = (text) => { const line = form()?.querySelector(".patrol-said"); if (line) line.textContent = text; };

  // What was recorded or asked before one venue's gate is never called out at the next one's.
  const venueNow = () => document.getElementById("patrol-shouts")?.dataset.venue || "";
  const sameVenue = () => {
    const venue = venueNow();
    if (voice.venue === venue) return;
    voice.venue = venue;
    stopRecording(); discard(); ask(null); say("");
  };

  const shout = async (isConfirmed) => {
    const box = form();
    if (!box || isBusy) return;
    sameVenue();
    if (isConfirmed && box.querySelector(".patrol-confirming").hidden) return;
    const text = box.querySelector("textarea").value.trim();
    if (voice.recorder) { stopRecording(); return; }
    if (!text && !voice.blob) { say(words().nothing); return; }
    const told = new FormData();
    told.append("csrf_token", root().dataset.csrf);
    told.append("loudspeaker", box.querySelector(".patrol-speaker").value);
    if (box.dataset.round) told.append("round_id", box.dataset.round);
    if (isConfirmed) told.append("is_confirmed", "true");
    if (voice.blob) told.append("voice", voice.blob, "voice"); else told.append("words", text);
    isBusy = true;
    try {
      const answer = await fetch("/api/v1/patrol/shouts", { method: "POST", body: told });
      const said = await answer.json().catch(() => null);
      ask(answer.status === 409 && said?.error?.code === "needs_confirming" ? said.error.message : null);
      if (answer.status === 202) {
        say(words().sent); discard();
        window.dash_clientside.set_props("patrol-words", { value: "" });
        set("patrol-shouted", Date.now());
      } else if (said?.error?.code !== "needs_confirming") say(said?.error?.message || words().lost);
    } catch { say(words().lost); } finally { isBusy = false; }
  };

  const ask = (text) => {
    const box = form()?.querySelector(".patrol-confirming");
    if (!box) return;
    box.hidden = !text;
    if (text) { box.querySelector(".patrol-caution").textContent = text; box.querySelector(".patrol-confirm").focus(); say(""); }
  };

  const record = async () => {
    sameVenue();
    const box = form(), venue = venueNow();
    if (voice.recorder) { stopRecording(); return; }
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { say(words().no_microphone); return; }
    const pieces = [], began = Date.now();
    voice.recorder = new MediaRecorder(stream);
    voice.recorder.ondataavailable = (event) => pieces.push(event.data);
    voice.recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      clearInterval(voice.timer); voice.recorder = null; box.classList.remove("recording");
      if (venue !== venueNow()) return;
      voice.blob = new Blob(pieces, { type: pieces[0]?.type });
      say(words().recorded.replace("{n}", Math.round((Date.now() - began) / 1000)));
      box.querySelector(".patrol-discard").hidden = false;
    };
    voice.recorder.start(500);
    box.classList.add("recording");
    voice.timer = setInterval(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      say(words().recording.replace("{n}", seconds));
      if (seconds >= Number(box.dataset.longest)) stopRecording();
    }, 500);
  };

  const stopRecording = () => { if (voice.recorder?.state === "recording") voice.recorder.stop(); };
  const discard = () => { voice.blob = null; const button = form()?.querySelector(".patrol-discard"); if (button) button.hidden = true; };

  document.addEventListener("click", (event) => {
    const at = (name) => event.target.closest?.(name);
    if (!root()) return;
    if (at(".patrol-capture")) capture();
    else if (at(".patrol-mark")) mark();
    else if (at(".patrol-earlier")) set("patrol-captured", { id: Number(at(".patrol-earlier").dataset.capture), at: Date.now() });
    else if (at(".patrol-standard")) window.dash_clientside.set_props("patrol-words", { value: at(".patrol-standard").textContent });
    else if (at(".patrol-say")) shout(false);
    else if (at(".patrol-confirm")) shout(true);
    else if (at(".patrol-leave")) ask(null);
    else if (at(".patrol-record")) record();
    else if (at(".patrol-discard")) { discard(); say(""); }
    else if (at(".camera-unmask")) reason = document.getElementById("camera-reason")?.value || reason;
    else if (at(".patrol-next") && event.detail !== 7) { event.preventDefault(); event.stopPropagation(); go(".patrol-next"); }
  }, true);

  const isTyping = (element) => !!element?.closest?.("input, textarea, select, [contenteditable], [role=combobox], .dash-dropdown, dialog");
  document.addEventListener("keydown", (event) => {
    if (!room() || marker || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const acts = {
      c: capture, m: mark, n: () => go(".patrol-next"), arrowright: () => go(".patrol-next"),
      arrowleft: () => go(".patrol-before"),
      h: () => document.querySelector(".patrol-hazard textarea")?.focus(),
      s: () => form()?.querySelector("textarea").focus(),
    };
    if (!acts[key] || event.repeat) return;
    event.preventDefault();
    acts[key]();
  });

  setInterval(() => {
    if (!room()) { noted.clear(); stopRecording(); return; }
    // A camera that does not open has no word of its own: the portal is asked after a while what the relay says.
    const element = tile();
    if (element !== shown.element) { shown.element = element; shown.since = Date.now(); }
    if (element && (element.dataset.shows === "live" || Date.now() - shown.since > OPENING_MS)) look();
    const field = document.getElementById("camera-reason");
    if (field && reason && !field.value) window.dash_clientside.set_props("camera-reason", { value: reason });
  }, LOOK_MS);
})();
