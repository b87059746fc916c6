// A long thing of which only the slices that are looked at are fetched.

const AT_ONCE = 2;
const SETTLE_MS = 90;

/**
 * Slices by number.
 * @template T
 */
export class Slices {
  /**
   * @param {number} slice_s how long each is
   * @param {number} end_s of the whole
   * @param {(index: number, signal: AbortSignal) => Promise<T>} load
   * @param {number} [most] that are kept
   */
  constructor(slice_s, end_s, load, most = 48) {
    this.slice_s = slice_s;
    this.count = Math.max(1, Math.ceil(end_s / slice_s - 1e-6));
    this._load = load;
    this._most = most;
    /** @type {Map<number, T>} the latest used last */
    this._there = new Map();
    this._failed = new Set();
    this._underWay = new Set();
    this._wanted = [];
    this._timer = 0;
    this._listeners = new Set();
    this._closing = new AbortController();
    /** What went wrong with the latest that could not be had. */
    /** @type {Error | null} */
    this.problem = null;
  }

  /** Call a function whenever a slice is asked for, has come, or could not; returns how to end that. */
  subscribe(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /** Whether something that is looked at is on its way. */
  get isBusy() {
    return this._wanted.length + this._underWay.size > 0;
  }

  /**
   * The slices of a stretch that are there; the others are fetched soon, the middle ones first.
   * @returns {{index: number, value: T}[]}
   */
  of(from_s, to_s) {
    const first = Math.max(0, Math.floor(from_s / this.slice_s));
    const last = Math.min(this.count - 1, Math.floor(to_s / this.slice_s));
    const found = [];
    const missing = [];
    for (let index = first; index <= last; index += 1) {
      const value = this._there.get(index);
      if (value === undefined) missing.push(index);
      else found.push({ index, value });
    }
    for (const { index, value } of found) {
      this._there.delete(index);
      this._there.set(index, value);
    }
    const middle = (first + last) / 2;
    this._wanted = missing.filter((index) => !this._underWay.has(index) && !this._failed.has(index));
    this._wanted.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    if (this._wanted.length) this._timer ||= setTimeout(() => this._pump(), SETTLE_MS);
    return found;
  }

  /** All that are there, in any order. */
  all() {
    return [...this._there.values()];
  }

  /** Try again what failed. */
  retry() {
    this.problem = null;
    this._failed.clear();
    this._tell();
  }

  close() {
    clearTimeout(this._timer);
    this._closing.abort();
  }

  /** Fetch, a few at a time; what went out of sight meanwhile is not fetched any more. */
  _pump() {
    this._timer = 0;
    const isNew = this._underWay.size < AT_ONCE && this._wanted.length > 0;
    while (this._underWay.size < AT_ONCE && this._wanted.length) this._fetch(this._wanted.shift());
    if (isNew) this._tell();
  }

  async _fetch(index) {
    this._underWay.add(index);
    try {
      this._there.set(index, await this._load(index, this._closing.signal));
      for (const oldest of this._there.keys()) {
        if (this._there.size <= this._most) break;
        this._there.delete(oldest);
      }
    } catch (problem) {
      this._failed.add(index);
      this.problem = problem;
    }
    this._underWay.delete(index);
    if (this._closing.signal.aborted) return;
    this._pump();
    this._tell();
  }

  _tell() {
    for (const listener of [...this._listeners]) listener();
  }
}
