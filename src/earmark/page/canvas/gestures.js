// Wheel, drag, pinch and click over a picture of a time line.

const STILL_PX = 4;
const WHEEL = 0.0016;
const TRACKPAD = 0.011;
const LINE_PX = 16;

/**
 * @param {HTMLElement} element as wide as the time line that is in sight
 * @param {import("./viewport.js").Viewport} viewport
 * @param {{onHover: (place: {x: number, y: number} | null) => void, onPick: (place: {x: number, y: number}) => void}} handlers
 *   places in CSS pixels of the element
 * @returns {() => void} ends it
 */
export function attachGestures(element, viewport, { onHover, onPick }) {
  const down = new Map();
  let moved_px = 0;

  const placeOf = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, width: box.width };
  };
  const secondsAt = ({ x, width }) => viewport.from_s + (x / width) * viewport.span_s;

  function press(event) {
    if (event.button > 0) return;
    if (!down.size) moved_px = 0;
    down.set(event.pointerId, placeOf(event));
    viewport.still();
  }

  function move(event) {
    const place = placeOf(event);
    const before = down.get(event.pointerId);
    if (!before) {
      onHover(place);
      return;
    }
    moved_px += Math.abs(place.x - before.x) + Math.abs(place.y - before.y);
    if (moved_px > STILL_PX) {
      element.setPointerCapture(event.pointerId);
      if (down.size === 1) viewport.pan(((before.x - place.x) / place.width) * viewport.span_s);
      else pinch(event.pointerId, before, place);
    }
    down.set(event.pointerId, place);
  }

  /** One of two fingers moved: what was below both stays there. */
  function pinch(id, before, place) {
    const other = [...down].find(([otherId]) => otherId !== id)[1];
    const apart = Math.abs(before.x - other.x);
    const now = Math.abs(place.x - other.x);
    if (apart > 8 && now > 8) viewport.zoom(apart / now, secondsAt(other));
  }

  function release(event) {
    const place = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (place && event.type === "pointerup" && moved_px <= STILL_PX) onPick(place);
    if (event.pointerType !== "mouse") onHover(null);
  }

  function wheel(event) {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const place = placeOf(event);
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways && !viewport.isWhole) {
      const delta = (event.deltaX || event.deltaY) * lines;
      viewport.pan((delta / place.width) * viewport.span_s);
    } else if (isSideways || (event.deltaY > 0 && viewport.isWhole)) {
      return; // nothing to do here: the page may scroll
    } else {
      const per_px = event.ctrlKey ? TRACKPAD : WHEEL;
      viewport.zoom(Math.exp(event.deltaY * lines * per_px), secondsAt(place));
    }
    event.preventDefault();
  }

  const leave = (event) => !down.has(event.pointerId) && onHover(null);
  const handlers = { pointerdown: press, pointermove: move, pointerup: release, pointercancel: release, pointerleave: leave };
  for (const [name, handle] of Object.entries(handlers)) element.addEventListener(name, handle);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    for (const [name, handle] of Object.entries(handlers)) element.removeEventListener(name, handle);
    element.removeEventListener("wheel", wheel);
  };
}
