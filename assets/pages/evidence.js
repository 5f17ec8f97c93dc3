// Files of evidence: camera and file fields where a page says so; each file is sent at once and can be sent again.
(function () {
  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function send(box, file, line) {
    const said = box.dataset;
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrf_token: said.csrf, subject: said.subject, subject_id: said.subjectId, stage: said.stage })) form.append(name, value);
    form.append("file", file, file.name || "photo.jpg");
    const request = new XMLHttpRequest();
    line.replaceChildren(make("span", "upload-name", file.name), make("span", "upload-state", said.sending));
    line.className = "upload-line";
    const state = line.lastChild;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) state.textContent = `${said.sending} ${Math.round((100 * event.loaded) / event.total)}%`;
    });
    const failed = (words) => {
      line.classList.add("failed");
      state.textContent = words;
      const again = make("button", "plain", said.again);
      again.type = "button";
      again.addEventListener("click", () => send(box, file, line));
      line.append(again);
    };
    request.addEventListener("error", () => failed(said.lost));
    request.addEventListener("load", () => {
      if (request.status === 201) {
        line.classList.add("sent");
        state.textContent = said.sent;
        if (document.getElementById("frame")) window.dash_clientside.set_props(said.store, { data: Date.now() });
        return;
      }
      let words = request.status === 413 ? said.large : said.lost;
      try { words = request.status === 413 ? said.large : JSON.parse(request.responseText).error.message; } catch (_) { /* no words came */ }
      failed(words);
    });
    request.open("POST", "/api/v1/evidence");
    request.send(form);
  }

  function field(box, words, className, isCamera) {
    const label = make("label", `button ${className}`, words);
    const input = make("input");
    input.type = "file";
    input.accept = isCamera ? "image/jpeg" : box.dataset.accept;
    if (isCamera) input.setAttribute("capture", "environment"); else input.multiple = true;
    input.addEventListener("change", () => {
      for (const file of input.files) {
        const line = make("div");
        box.querySelector(".upload-lines").append(line);
        send(box, file, line);
      }
      input.value = "";
    });
    label.append(input);
    return label;
  }

  function fill(box) {
    const said = box.dataset;
    const fields = make("div", "upload-fields");
    fields.append(field(box, said.camera, "primary camera", true), field(box, said.choose, "choose", false));
    const lines = make("div", "upload-lines");
    lines.setAttribute("role", "status");
    box.replaceChildren(fields, make("p", "quiet", said.hint), lines);
  }

  new MutationObserver(() => {
    document.querySelectorAll(".upload-box:empty").forEach(fill);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Where the telephone is, for whoever says "I am on the spot": asked only at that moment, and only if allowed. What
  // the telephone says, or that it says nothing, goes into the page's store, and that is the act.
  function where(store, order) {
    const tell = (lng, lat) => window.dash_clientside.set_props(store, { data: { at: Date.now(), order, lng, lat } });
    if (!navigator.geolocation) { tell(null, null); return; }
    navigator.geolocation.getCurrentPosition(
      (found) => tell(found.coords.longitude, found.coords.latitude),
      () => tell(null, null),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    );
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-to=order-pressed]"), press = button && JSON.parse(button.dataset.press);
    if (press?.act === "arrive" && event.detail < 2) where("order-where", press.case);
  });
})();
