// The map underneath. Pictures in GCJ-02 lie some five hundred metres off: each is put together anew from its neighbours.
(function () {
  const A = 6378245.0, EE = 0.00669342162296594323, SIZE = 256;

  function wave(x, y) {
    const sum = (v, ...parts) => parts.reduce((total, [by, turn]) => total + by * Math.sin(v * turn * Math.PI), 0) * 2 / 3;
    const common = sum(x, [20, 6], [20, 2]);
    return {
      lat: -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common + sum(y, [20, 1], [40, 1 / 3]) + sum(y, [160, 1 / 12], [320, 1 / 30]),
      lng: 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common + sum(x, [20, 1], [40, 1 / 3]) + sum(x, [150, 1 / 12], [300, 1 / 30]),
    };
  }

  // Where a place of CGCS2000 is drawn on a map in GCJ-02.
  function shifted(lng, lat) {
    const by = wave(lng - 105, lat - 35);
    const sine = Math.sin(lat * Math.PI / 180), magic = 1 - EE * sine * sine;
    return {
      lng: lng + (by.lng * 180) / (A / Math.sqrt(magic) * Math.cos(lat * Math.PI / 180) * Math.PI),
      lat: lat + (by.lat * 180) / ((A * (1 - EE)) / (magic * Math.sqrt(magic)) * Math.PI),
    };
  }

  const px = (lng, z) => (lng + 180) / 360 * 2 ** z * SIZE;
  const py = (lat, z) => (1 - Math.asinh(Math.tan(lat * Math.PI / 180)) / Math.PI) / 2 * 2 ** z * SIZE;
  const lngOf = (x, z) => x / 2 ** z * 360 - 180;
  const latOf = (y, z) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y / 2 ** z))) * 180 / Math.PI;

  const pictures = new Map();
  function picture(url) {
    if (!pictures.has(url)) {
      if (pictures.size > 300) pictures.delete(pictures.keys().next().value);
      pictures.set(url, fetch(url).then(async (answer) => (answer.status === 200 ? createImageBitmap(await answer.blob()) : null))
        .catch((error) => { pictures.delete(url); throw error; }));
    }
    return pictures.get(url);
  }

  async function straight(template, z, x, y) {
    const lng = lngOf(x + 0.5, z), lat = latOf(y + 0.5, z), there = shifted(lng, lat);
    const left = x * SIZE + px(there.lng, z) - px(lng, z), top = y * SIZE + py(there.lat, z) - py(lat, z);
    const canvas = new OffscreenCanvas(SIZE, SIZE), brush = canvas.getContext("2d");
    const wanted = [];
    for (let column = Math.floor(left / SIZE); column * SIZE < left + SIZE; column++) {
      for (let row = Math.floor(top / SIZE); row * SIZE < top + SIZE; row++) wanted.push([column, row]);
    }
    await Promise.all(wanted.map(async ([column, row]) => {
      const found = await picture(template.replace("{z}", z).replace("{x}", column).replace("{y}", row));
      if (found) brush.drawImage(found, Math.round(column * SIZE - left), Math.round(row * SIZE - top), SIZE, SIZE);
    }));
    return (await canvas.convertToBlob()).arrayBuffer();
  }

  const whole = (template) => new URL(template, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  let template = null;

  window.anwang = window.anwang || {};
  window.anwang.baseMap = {
    shifted,
    address: (base) => (base.datum === "gcj02" ? "gcj02://{z}/{x}/{y}" : whole(base.tiles)),
    prepare(library, base) {
      if (base.datum !== "gcj02" || template) return;
      template = whole(base.tiles);
      library.addProtocol("gcj02", async (asked) => {
        const [z, x, y] = asked.url.slice("gcj02://".length).split("/").map(Number);
        return { data: await straight(template, z, x, y) };
      });
    },
  };
})();
