// Binding a device: the number goes into the address; a browser that can read codes reads them from the camera.
(function () {
  const still = () => window.dash_clientside.no_update;
  const kept = () => new URL(window.location.href).searchParams.get("venue");

  function open(read) {
    const text = (read || "").trim();
    if (!text) return;
    const at = text.lastIndexOf("/bind/");
    const number = at < 0 ? text : decodeURIComponent(text.slice(at + 6).split(/[?#]/)[0]);
    const venue = kept();
    // A whole load: what the camera may do is said by the page's own headers, and a bound device is shown as it is now.
    window.location.assign(`/bind/${encodeURIComponent(number)}${venue ? `?venue=${encodeURIComponent(venue)}` : ""}`);
  }

  let stream = null;
  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    const box = document.getElementById("bind-camera");
    if (box) { box.hidden = true; box.replaceChildren(); }
  }

  async function scan() {
    const box = document.getElementById("bind-camera");
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      box.hidden = false;
      box.textContent = box.dataset.refused;
      return;
    }
    const video = document.createElement("video");
    video.playsInline = true; video.muted = true; video.srcObject = stream;
    box.replaceChildren(video);
    box.hidden = false;
    await video.play();
    const detector = new window.BarcodeDetector();
    while (stream && document.contains(video)) {
      const found = await detector.detect(video).catch(() => []);
      if (found.length) { navigator.vibrate?.(60); stop(); open(found[0].rawValue); return; }
      await new Promise((done) => setTimeout(done, 200));
    }
    stop();
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.bind = {
    look_up(clicks, typed) { if (clicks) open(typed); return still(); },
    entered(times, typed) { if (times) open(typed); return still(); },
    scan(clicks) { if (clicks) scan(); return still(); },
    new_area(area) { return area !== -1; },
    can_scan() { return !("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia); },
  };
})();
