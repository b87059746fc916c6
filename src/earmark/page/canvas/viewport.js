// Which part of a time line is in sight: zoomed and moved, never past its ends.

const GLIDE_MS = 180;

/** Part of a time line. Whoever draws it is told of every change. */
export class Viewport {
  /**
   * @param {number} start_s
   * @param {number} end_s of the whole time line
   * @param {number} least_s the least that is shown of it
   */
  constructor(start_s, end_s, least_s = 1) {
    this.start_s = start_s;
    this.end_s = Math.max(end_s, start_s + 0.01);
    this.least_s = Math.min(least_s, this.end_s - this.start_s);
    this.from_s = this.start_s;
    this.to_s = this.end_s;
    this._listeners = new Set();
    this._frame = 0;
  }

  get span_s() {
    return this.to_s - this.from_s;
  }

  get isWhole() {
    return this.span_s >= (this.end_s - this.start_s) * 0.9999;
  }

  /** Call a function after every change; returns how to end that. */
  subscribe(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /** Show a part, as far as there is one. */
  show(from_s, to_s) {
    const span_s = Math.min(this.end_s - this.start_s, Math.max(this.least_s, to_s - from_s));
    const middle_s = (from_s + to_s) / 2;
    this.from_s = Math.min(Math.max(this.start_s, middle_s - span_s / 2), this.end_s - span_s);
    this.to_s = this.from_s + span_s;
    for (const listener of [...this._listeners]) listener();
  }

  /** Show a part, and get there gradually, unless the user wants no motion. */
  glide(from_s, to_s) {
    cancelAnimationFrame(this._frame);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.show(from_s, to_s);
      return;
    }
    const [old_from_s, old_to_s] = [this.from_s, this.to_s];
    const began_ms = performance.now();
    const step = (now_ms) => {
      const share = Math.min(1, Math.max(0, (now_ms - began_ms) / GLIDE_MS));
      const eased = 1 - (1 - share) ** 3;
      this.show(old_from_s + (from_s - old_from_s) * eased, old_to_s + (to_s - old_to_s) * eased);
      if (share < 1) this._frame = requestAnimationFrame(step);
    };
    this._frame = requestAnimationFrame(step);
  }

  /** Show `factor` times as much, so that a moment stays where it is; below 1 comes nearer. */
  zoom(factor, at_s = (this.from_s + this.to_s) / 2, { gradually = false } = {}) {
    const most_s = this.end_s - this.start_s;
    const span_s = Math.min(most_s, Math.max(this.least_s, this.span_s * factor));
    const from_s = at_s - ((at_s - this.from_s) / this.span_s) * span_s;
    if (gradually) this.glide(from_s, from_s + span_s);
    else this.show(from_s, from_s + span_s);
  }

  /** Move by so many seconds. */
  pan(by_s) {
    this.show(this.from_s + by_s, this.to_s + by_s);
  }

  whole() {
    this.glide(this.start_s, this.end_s);
  }

  /** Move as little as it takes for a moment to be in sight. */
  reveal(at_s) {
    const margin_s = this.span_s * 0.08;
    if (at_s < this.from_s + margin_s) this.pan(at_s - this.from_s - margin_s);
    else if (at_s > this.to_s - margin_s) this.pan(at_s - this.to_s + margin_s);
  }

  /** End a movement that is under way. */
  still() {
    cancelAnimationFrame(this._frame);
  }
}
