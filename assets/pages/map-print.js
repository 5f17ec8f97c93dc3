// The map on paper: drawn anew at 300 dots an inch, with legend, scale bar, as-of day and review number; PNG or PDF.
(function () {
  const DPI = 300, CSS_DPI = 96, RATIO = DPI / CSS_DPI, MM = CSS_DPI / 25.4;
  const PAPERS = { "A4": [297, 210], "A3": [420, 297] };
  const EDGE = 36, HEAD = 70, FOOT = 92, WAIT_MS = 180000;
  const tools = () => document.getElementById("map-tools");
  const word = (name) => tools().dataset[name] || "";
  const text = (selector) => document.querySelector(selector)?.textContent.trim() || "";

  function ask() {
    const canvas = document.getElementById("map-canvas"), entry = window.anwang.map.maps.get(canvas);
    if (!entry || document.querySelector(".print-box")) return;
    const box = document.createElement("dialog");
    box.className = "print-box";
    box.innerHTML = `<form method="dialog"><h2></h2><label><span></span><input name="title" maxlength="60"></label>
      <label><span>A4 / A3</span><select name="paper"><option>A4</option><option>A3</option></select></label>
      <p class="print-said" role="status"></p><div class="print-acts"><button value="close" class="quiet-button"></button>
      <button type="button" class="print-png">PNG</button><button type="button" class="print-pdf">PDF</button></div></form>`;
    box.querySelector("h2").textContent = word("printTitle");
    box.querySelector("label span").textContent = word("title");
    box.querySelector("[value=close]").textContent = word("close");
    box.querySelector("[name=title]").value = [text(".breadcrumb strong"), text("#map-legend .legend-name") || text(".ask-head")].filter(Boolean).join(" · ");
    const said = box.querySelector(".print-said");
    for (const kind of ["png", "pdf"]) {
      box.querySelector(`.print-${kind}`).addEventListener("click", async () => {
        const buttons = box.querySelectorAll(".print-acts button");
        buttons.forEach((button) => { button.disabled = true; });
        said.className = "print-said";
        said.textContent = word("printBusy");
        try {
          const paper = box.querySelector("[name=paper]").value;
          const sheet = await drawn(entry, PAPERS[paper], box.querySelector("[name=title]").value);
          save(kind === "png" ? await png(sheet) : await pdf(sheet, PAPERS[paper]), kind, entry.view);
          box.close();
        } catch (error) {
          console.warn(error);
          said.className = "print-said wrong";
          said.textContent = word("printFailed");
        } finally {
          buttons.forEach((button) => { button.disabled = false; });
        }
      });
    }
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
  }

  async function drawn(entry, [widthMm, heightMm], title) {
    const width = Math.round(widthMm * MM), height = Math.round(heightMm * MM);
    const frame = { left: EDGE, top: HEAD, width: width - 2 * EDGE, height: height - HEAD - FOOT };
    const { picture, metresPerPixel } = await mapPicture(entry, frame);
    const sheet = Object.assign(document.createElement("canvas"), { width: Math.round(widthMm / 25.4 * DPI), height: Math.round(heightMm / 25.4 * DPI) });
    const brush = sheet.getContext("2d");
    brush.scale(RATIO, RATIO);
    brush.fillStyle = "#ffffff";
    brush.fillRect(0, 0, width, height);
    brush.fillStyle = getComputedStyle(entry.node).getPropertyValue("--map-ground");
    brush.fillRect(frame.left, frame.top, frame.width, frame.height);
    brush.drawImage(picture, frame.left, frame.top, frame.width, frame.height);
    brush.strokeStyle = "#5a6b85";
    brush.lineWidth = 0.8;
    brush.strokeRect(frame.left, frame.top, frame.width, frame.height);
    await document.fonts.load('16px "Noto Sans SC Variable"', title);
    write(brush, title, EDGE, 40, 22, "#182031", 650);
    const about = [text(".breadcrumb strong"), text(".side-head .badge"), word("printAsOf").replace("{day}", entry.view.as_of)].filter(Boolean).join(" · ");
    write(brush, about, EDGE, 59, 12, "#4b5768");
    const demo = text(".header .demo");
    if (demo) write(brush, demo, width - EDGE, 40, 13, "#8a5a00", 600, "right");
    legend(brush, EDGE, height - FOOT + 22);
    scaleBar(brush, metresPerPixel, width - EDGE, height - FOOT + 26);
    const who = text(".person-name"), moment = new Date().toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
    write(brush, word("printMade").replace("{moment}", moment).replace("{who}", who), EDGE, height - 20, 10, "#657186");
    write(brush, [text(".map-credit .credit"), text(".map-credit .review-number")].filter(Boolean).join(" · "), width - EDGE, height - 20, 10, "#657186", 400, "right");
    return sheet;
  }

  function write(brush, words, x, y, size, colour, weight = 400, align = "left") {
    brush.font = `${weight} ${size}px "Noto Sans SC Variable", sans-serif`;
    brush.fillStyle = colour;
    brush.textAlign = align;
    brush.fillText(words, x, y);
    return brush.measureText(words).width;
  }

  // The same map, larger and out of sight: its style, its counties' colours and its camera are copied.
  async function mapPicture(entry, frame) {
    const library = await window.anwang.map.loadEngine();
    const holder = Object.assign(document.createElement("div"), { style: `position:fixed;left:-20000px;top:0;width:${frame.width}px;height:${frame.height}px` });
    document.body.append(holder);
    const shown = entry.map.getBounds();
    const map = new library.Map({
      container: holder, style: entry.map.getStyle(), interactive: false, attributionControl: false, fadeDuration: 0,
      pixelRatio: RATIO, maxCanvasSize: [8192, 8192], canvasContextAttributes: { preserveDrawingBuffer: true },
      bounds: [shown.getWest(), shown.getSouth(), shown.getEast(), shown.getNorth()], dragRotate: false,
    });
    let missing = null;
    map.on("error", ({ sourceId, error }) => { if (["regions", "venues"].includes(sourceId)) missing = error; else console.error(error); });
    try {
      await settled(map, "load");
      window.anwang.mapStyle.colourAreas(map, entry.view);
      map.triggerRepaint();
      await settled(map, "idle");
      if (missing) throw missing;  // a sheet with holes is no map
      const picture = await createImageBitmap(map.getCanvas());
      const metresPerPixel = 40075016.686 * Math.cos(map.getCenter().lat * Math.PI / 180) / (512 * 2 ** map.getZoom());
      return { picture, metresPerPixel };
    } finally {
      map.remove();
      holder.remove();
    }
  }

  const settled = (map, event) => new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no ${event}`)), WAIT_MS);
    map.once(event, () => { clearTimeout(timer); done(); });
  });

  // What stands in the page's legend, in its order.
  function legend(brush, left, top) {
    let x = left;
    const box = (colour, round) => {
      brush.fillStyle = colour;
      brush.beginPath();
      if (round) brush.arc(x + 5, top - 4, 5, 0, 7); else brush.rect(x, top - 9, 10, 10);
      brush.fill();
      x += 15;
    };
    const say = (words, weight) => { x += write(brush, words, x, top, 12, "#182031", weight) + 9; };
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) { if (node.textContent.trim()) say(node.textContent.trim(), 400); return; }
      if (node.classList.contains("ramp")) {
        for (const step of node.children) { brush.fillStyle = getComputedStyle(step).backgroundColor; brush.fillRect(x, top - 10, 20, 11); x += 20; }
        x += 8;
      } else if (node.tagName === "I") {
        const shade = getComputedStyle(node);
        box(shade.backgroundColor === "rgba(0, 0, 0, 0)" ? shade.borderColor : shade.backgroundColor, shade.borderRadius.includes("50%"));
      } else if (node.classList.contains("legend-name")) say(node.textContent, 650);
      else node.childNodes.forEach(walk);
    };
    document.getElementById("map-legend").childNodes.forEach(walk);
  }

  function scaleBar(brush, metresPerPixel, right, top) {
    const most = 160 * metresPerPixel, unit = 10 ** Math.floor(Math.log10(most));
    const metres = [5, 2, 1].map((n) => n * unit).find((n) => n <= most) || unit;
    const long = metres / metresPerPixel;
    brush.fillStyle = "#182031";
    brush.fillRect(right - long, top - 4, long, 2);
    for (const x of [right - long, right - long / 2 - 0.6, right - 1.2]) brush.fillRect(x, top - 9, 1.2, 7);
    write(brush, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, right, top - 12, 11, "#182031", 400, "right");
    write(brush, "N ↑", right - long - 14, top - 3, 12, "#182031", 650, "right");
  }

  const blobOf = (sheet, kind, quality) => new Promise((done, fail) => sheet.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), kind, quality));

  // PNG says by its pHYs chunk how many dots go to a metre.
  async function png(sheet) {
    const bytes = new Uint8Array(await (await blobOf(sheet, "image/png")).arrayBuffer());
    const chunk = new Uint8Array(21), view = new DataView(chunk.buffer), dots = Math.round(DPI / 0.0254);
    view.setUint32(0, 9);
    chunk.set([112, 72, 89, 115], 4);
    view.setUint32(8, dots);
    view.setUint32(12, dots);
    chunk[16] = 1;
    view.setUint32(17, crc(chunk.subarray(4, 17)));
    const AFTER_HEAD = 33;
    return new Blob([bytes.subarray(0, AFTER_HEAD), chunk, bytes.subarray(AFTER_HEAD)], { type: "image/png" });
  }

  function crc(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
  }

  // A PDF of one page that is one picture.
  async function pdf(sheet, [widthMm, heightMm]) {
    const picture = new Uint8Array(await (await blobOf(sheet, "image/jpeg", 0.93)).arrayBuffer());
    const [wide, high] = [widthMm, heightMm].map((mm) => (mm / 25.4 * 72).toFixed(2));
    const content = `q ${wide} 0 0 ${high} 0 0 cm /Map Do Q`;
    const parts = [], places = [];
    let length = 0;
    const put = (piece) => { const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece; parts.push(bytes); length += bytes.length; };
    const object = (body, stream) => {
      places.push(length);
      put(`${places.length} 0 obj\n${body}\n`);
      if (stream) { put("stream\n"); put(stream); put("\nendstream\n"); }
      put("endobj\n");
    };
    put("%PDF-1.4\n");
    object("<< /Type /Catalog /Pages 2 0 R >>");
    object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    object(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${wide} ${high}] /Contents 4 0 R /Resources << /XObject << /Map 5 0 R >> >> >>`);
    object(`<< /Length ${content.length} >>`, content);
    object(`<< /Type /XObject /Subtype /Image /Width ${sheet.width} /Height ${sheet.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${picture.length} >>`, picture);
    const table = length;
    put(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("")}`);
    put(`trailer\n<< /Size ${places.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
    return new Blob(parts, { type: "application/pdf" });
  }

  function save(blob, kind, view) {
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(blob), download: `anwang-map-${view.area}-${view.overlay ? "answer" : view.layer}-${view.as_of}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  document.addEventListener("click", (event) => { if (event.target.closest?.(".tool-print")) ask(); });
})();
