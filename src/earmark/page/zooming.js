// Zooming and moving something wide: by wheel, by dragging, by two fingers.

import { useEffect, useRef } from "./html.js";

const DRAG_PX = 5;
const WHEEL = 0.0022;
const LINE_PX = 18;

/**
 * @param {import("./html.js").Ref<HTMLElement>} field
 * @param {{onZoom: (factor: number, share: number) => boolean, onMove: (share: number) => boolean}} handlers
 *   `share` is of the width; they return whether anything changed, so that the page scrolls otherwise
 */
export function useZooming(field, handlers) {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const element = field.current;
    const fingers = new Fingers(element, latest);
    const wheel = (event) => onWheel(event, element, latest.current);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", (event) => fingers.down(event));
    element.addEventListener("pointermove", (event) => fingers.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      element.addEventListener(name, (event) => fingers.up(event));
    }
  }, []);
}

function onWheel(event, element, { onZoom, onMove }) {
  const { left, width } = element.getBoundingClientRect();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
  const isAcross = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const changed = isAcross
    ? onMove(((event.deltaX || event.deltaY) * unit) / width)
    : onZoom(Math.exp(event.deltaY * unit * WHEEL), (event.clientX - left) / width);
  if (changed) event.preventDefault();
}

/** One finger, or the mouse, moves; two zoom. What stays where it is remains a click. */
class Fingers {
  constructor(element, latest) {
    this._element = element;
    this._latest = latest;
    this._isDragged = false;
    /** @type {Map<number, number>} where each is, from the left */
    this._at = new Map();
  }

  down(event) {
    if (event.button) return;
    this._at.set(event.pointerId, event.clientX);
    this._isDragged = this._at.size > 1;
    this._began = event.clientX;
  }

  move(event) {
    const before = this._at.get(event.pointerId);
    if (before === undefined) return;
    if (!event.buttons) return this.up(event); // it was let go of somewhere else
    if (!this._isDragged && Math.abs(event.clientX - this._began) < DRAG_PX) return;
    this._isDragged = true;
    this._element.setPointerCapture(event.pointerId); // from now on it is no click
    const { left, width } = this._element.getBoundingClientRect();
    const { onZoom, onMove } = this._latest.current;
    const apart = this._apart();
    this._at.set(event.pointerId, event.clientX);
    if (this._at.size === 1) onMove((before - event.clientX) / width);
    else if (this._apart()) onZoom(apart / this._apart(), (this._middle() - left) / width);
  }

  up(event) {
    this._at.delete(event.pointerId);
  }

  _apart() {
    const [one, other = one] = this._at.values();
    return Math.abs(one - other);
  }

  _middle() {
    const [one, other = one] = this._at.values();
    return (one + other) / 2;
  }
}
