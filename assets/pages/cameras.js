// Tiles of cameras: stills while nobody looks, live where somebody clicks. A tile says "live" only while pictures come.
(() => {
  "use strict";
  const STILL_MS = 2000, FIRST_MS = 500, REFUSED_MS = 2000, LOOK_MS = 1000, STALE_S = 8, RENEW_S = 60, MOST_LIVE = 4, AT_ONCE = 3, PATIENCE_MS = 12000, OPENS_WITHIN_MS = 25000;
  const tiles = new Map();
  const live = [];
  let free = AT_ONCE;
  const waiting = [];
  let engine = null;

  // Browsers allow six connections a site: stills take three of them at most.
  const turn = async (act) => {
    if (free === 0) await new Promise((go) => waiting.push(go)); else free -= 1;
    try { return await act(); } finally { const next = waiting.shift(); if (next) next(); else free += 1; }
  };

  const hls = (root) => engine ||= new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = root.dataset.hls;
    script.onload = () => loaded(window.Hls);
    script.onerror = () => { engine = null; failed(new Error("hls")); };
    document.head.append(script);
  });

  class Tile {
    constructor(element, root) {
      this.element = element; this.root = root; this.words = JSON.parse(root.dataset.words);
      this.picture = element.querySelector(".camera-picture"); this.label = element.querySelector(".camera-state");
      this.purpose = element.dataset.purpose; this.form = null; this.reason = "";
      this.isOver = false; this.pictureAt = 0; this.round = 0; this.since = performance.now();
      this.say("connecting", "waiting");
      this.begin();
    }

    say(word, kind, seconds) {
      const text = this.words[word] ? this.words[word].replace("{n}", Math.round(seconds || 0)) : word;
      if (this.label.textContent !== text) this.label.textContent = text;
      if (this.element.dataset.shows !== kind) this.element.dataset.shows = kind;
    }

    async begin() {
      const round = ++this.round;
      while (!this.isOver && round === this.round) {
        try {
          this.address = await this.ask();
          break;
        } catch (error) {
          this.say(error.message, "refused");
          if (error.isFinal) return;
          await pause(3000);
        }
      }
      if (this.isOver || round !== this.round) return;
      if (!await this.firstPicture(round)) return;
      if (this.purpose === "live") this.play(round); else this.stills(round);
    }

    // A camera takes seconds to open, or says why it does not: until then its address is not asked for what is not there.
    // True once a picture is there for whoever began this round. Nobody looks at a hidden page: nothing is asked then.
    async firstPicture(round) {
      const isMine = () => !this.isOver && round === this.round;
      while (isMine()) {
        const told = document.hidden ? null : await turn(() => this.askedCondition());
        if (!isMine()) return false;
        if (told?.isRefused) {
          await pause(REFUSED_MS);
          this.again(round);
          return false;
        }
        if (told) this.trouble = told.trouble || "";
        if (typeof told?.age_s === "number") return true;
        await pause(FIRST_MS);
      }
      return false;
    }

    // How the camera does; null where the portal cannot say.
    async askedCondition() {
      try {
        const answer = await fetch(this.address.state, { signal: AbortSignal.timeout(PATIENCE_MS) });
        if (answer.status < 500 && !answer.ok) return { isRefused: true };
        if (answer.ok) return await answer.json();
      } catch { /* asked again */ }
      await pause(REFUSED_MS);
      return null;
    }

    async ask() {
      const answer = await fetch(`/api/v1/cameras/${this.element.dataset.camera}/play`, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ csrf_token: this.root.dataset.csrf, purpose: this.purpose, form: this.form, reason: this.reason }),
      });
      const told = await answer.json().catch(() => null);
      if (!answer.ok) {
        const error = new Error(told?.error?.message || this.words.none);
        error.isFinal = answer.status < 500;
        throw error;
      }
      this.renewAt = Date.now() + (Date.parse(told.until) - Date.parse(told.server_now)) - RENEW_S * 1000;
      return told;
    }

    async stills(round) {
      const image = document.createElement("img");
      image.alt = "";
      this.picture.replaceChildren(image);
      while (!this.isOver && round === this.round) {
        const isLate = !document.hidden && performance.now() - this.pictureAt > STALE_S * 500;
        if (isLate && !await this.firstPicture(round)) break;
        if (!document.hidden) await turn(() => this.oneStill(image, round));
        if (Date.now() > this.renewAt) return this.begin();
        await pause(STILL_MS);
      }
      if (image.src) URL.revokeObjectURL(image.src);
    }

    async oneStill(image, round) {
      if (this.isOver || round !== this.round) return;
      try {
        const answer = await fetch(this.address.address, { signal: AbortSignal.timeout(PATIENCE_MS) });
        if (answer.status === 403) { this.renewAt = 0; return; }
        if (!answer.ok) { this.trouble = (await answer.json())?.error?.message; return; }
        const old = image.src;
        image.src = URL.createObjectURL(await answer.blob());
        if (old) URL.revokeObjectURL(old);
        this.pictureAt = performance.now() - 1000 * Number(answer.headers.get("X-Picture-Age") || 0);
        this.trouble = "";
      } catch { /* the age tells */ }
    }

    async play(round) {
      const video = document.createElement("video");
      video.muted = true; video.autoplay = true; video.playsInline = true; video.controls = false;
      this.picture.replaceChildren(video);
      try {
        const Hls = await hls(this.root);
        if (this.isOver || round !== this.round) return;
        this.player?.destroy();
        this.player = new Hls({ enableWorker: false, liveSyncDurationCount: 2, liveMaxLatencyDurationCount: 6, maxBufferLength: 8,
          manifestLoadPolicy: { default: { maxTimeToFirstByteMs: 12000, maxLoadTimeMs: 15000,
            timeoutRetry: { maxNumRetry: 20, retryDelayMs: 1000, maxRetryDelayMs: 4000 },
            errorRetry: { maxNumRetry: 1000, retryDelayMs: 1000, maxRetryDelayMs: 4000 } } } });
        this.player.on(Hls.Events.ERROR, (_event, data) => {
          if (data.response?.code === 403) this.renewAt = 0;
          if (!data.fatal) return;
          if (data.type === Hls.ErrorTypes.MEDIA_ERROR) this.player.recoverMediaError(); else setTimeout(() => this.again(round), 2000);
        });
        this.player.loadSource(this.address.address);
        this.player.attachMedia(video);
      } catch { setTimeout(() => this.again(round), 3000); }
      this.video = video; this.videoTime = 0;
    }

    again(round) { if (!this.isOver && round === this.round) this.begin(); }

    look() {
      if (this.purpose === "live") {
        if (Date.now() > (this.renewAt || Infinity)) this.begin();
        const now = performance.now();
        if (this.video && this.video.currentTime > this.videoTime) { this.videoTime = this.video.currentTime; this.pictureAt = now; this.askState(); }
        if (this.video?.paused) this.video.play().catch(() => {});
      }
      const age = this.pictureAt ? (performance.now() - this.pictureAt) / 1000 : null;
      if (age === null) {
        const trouble = this.trouble || (performance.now() - this.since > OPENS_WITHIN_MS ? this.words.none : "");
        if (trouble) this.say(trouble, "none");
        return;
      }
      if (age > STALE_S || this.isBehind) this.say("stale", "stale", Math.max(age, this.behind || 0));
      else if (this.purpose === "live") this.say("live", "live"); else this.say("still", "still", age);
    }

    // Segments that play smoothly may still be old ones: the portal knows when the last picture came.
    async askState() {
      if (this.isAsking || performance.now() - (this.askedAt || 0) < 3000) return;
      this.isAsking = true; this.askedAt = performance.now();
      try {
        const told = await (await fetch(this.address.state)).json();
        this.isBehind = told.is_live === false; this.behind = told.age_s;
      } catch { this.isBehind = true; } finally { this.isAsking = false; }
    }

    become(purpose) {
      if (this.purpose === purpose) return;
      this.end(); this.isOver = false; this.purpose = purpose; this.pictureAt = 0; this.isBehind = false;
      this.since = performance.now(); this.trouble = "";
      this.say("connecting", "waiting");
      this.begin();
    }

    unmask(reason) { this.end(); this.isOver = false; this.form = "plain"; this.reason = reason; this.pictureAt = 0; this.begin(); }

    end() {
      this.isOver = true; this.round += 1;
      this.player?.destroy(); this.player = null; this.video = null;
      const image = this.picture.querySelector("img");
      if (image?.src) URL.revokeObjectURL(image.src);
      this.picture.replaceChildren();
    }
  }

  // What somebody sees on a tile now: where it plays for them, and the picture's own time as far as it is told.
  window.anwangSeen = (element) => {
    const tile = tiles.get(element);
    if (!tile?.address) return null;
    return { address: tile.address.address, at: tile.player?.playingDate?.toISOString() || null };
  };

  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  const scan = () => {
    for (const [element, tile] of tiles) if (!element.isConnected) { tile.end(); tiles.delete(element); drop(tile); }
    for (const element of document.querySelectorAll(".camera-tile")) {
      const root = element.closest("[data-csrf]");
      if (root && !tiles.has(element)) tiles.set(element, new Tile(element, root));
    }
    for (const tile of tiles.values()) tile.look();
  };

  const drop = (tile) => { const place = live.indexOf(tile); if (place >= 0) live.splice(place, 1); };

  const choose = (element) => {
    const tile = tiles.get(element);
    if (!tile || element.classList.contains("large")) return;
    if (live.includes(tile)) { drop(tile); tile.become("still"); return; }
    live.push(tile); tile.become("live");
    if (live.length > MOST_LIVE) live.shift().become("still");
  };

  document.addEventListener("click", (event) => {
    const unmask = event.target.closest(".camera-unmask");
    if (unmask) {
      const reason = unmask.closest(".camera-unmasking").querySelector("input").value;
      tiles.get(document.querySelector(".camera-tile.large"))?.unmask(reason);
      return;
    }
    if (event.target.closest("a")) return;
    const element = event.target.closest(".camera-mosaic .camera-tile");
    if (element) choose(element);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.(".camera-mosaic .camera-tile")) choose(event.target);
  });
  setInterval(scan, LOOK_MS);
})();
