// Where drawing is slow (a video wall's box or an office machine without a graphics card) the map's last picture follows
// the hand between two drawings, moved and scaled by the page. Where drawing keeps up with the screen nothing is carried.
// A map that opens is drawn once all of it is there, not a dozen times while it comes.
(function () {
  const SLOW_MS = 34;  // two frames of a 60 Hz screen
  const SHARE = 1;  // after a drawing, as long again is left to the hand
  const MOST_MS = 300;
  const LEARNS = 0.3;

  // The map must keep north up and stay flat: then any two of its pictures differ by a shift and a scale.
  function carry(map) {
    const { painter } = map, canvas = map.getCanvas(), draw = painter.render.bind(painter);
    const frames = { drawn: 0, carried: 0, holds: () => false };  // the first drawing waits while `holds` says so
    let cost = 0, picture = null;
    canvas.style.transformOrigin = "0 0";

    painter.render = (style, transform, options) => {
      const now = performance.now();
      if (!frames.drawn && frames.holds()) return;
      if (picture && cost > SLOW_MS && map.isMoving() && now - picture.at < cost * (1 + SHARE) && canvas.width === picture.width && canvas.height === picture.height) {
        const { x, y } = map.project(picture.corner);
        canvas.style.transform = `translate(${x}px, ${y}px) scale(${2 ** (transform.zoom - picture.zoom)})`;
        frames.carried += 1;
        map.triggerRepaint();
        return;
      }
      draw(style, transform, options);
      canvas.style.transform = "";
      frames.drawn += 1;
      picture = { at: now, zoom: transform.zoom, corner: map.unproject([0, 0]), width: canvas.width, height: canvas.height };
      const moving = map.isMoving();
      requestAnimationFrame(() => {
        if (moving) cost += LEARNS * (Math.min(performance.now() - now, MOST_MS) - cost);
      });
    };
    return frames;
  }

  window.anwang = window.anwang || {};
  window.anwang.carry = carry;
})();
