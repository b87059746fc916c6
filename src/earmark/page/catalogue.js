// The catalogue as a list of any length, of which only the parts that are looked at are fetched.

import { get } from "./api.js";

const PART = 100;
const MOST_PARTS = 60;

/** Tracks by their place in a listing. */
export class Catalogue {
  /**
   * @param {{sort: string, containing: string}} wanted
   * @param {() => void} onChange told when something came
   */
  constructor({ sort, containing }, onChange) {
    this._query = { sort, containing, limit: PART };
    this._onChange = onChange;
    /** @type {Map<number, any[] | null>} parts by number; null: on its way */
    this._parts = new Map();
    this._closing = new AbortController();
    /** How many tracks there are, as far as is known. */
    this.total = 0;
    /** Whether the first part, or its failure, has come. */
    this.isLoaded = false;
    /** @type {Error | null} */
    this.problem = null;
  }

  /** Fetch the beginning, and how long the list is. */
  async begin() {
    const { containing } = this._query;
    const [stats] = await Promise.all([containing ? null : this._safely(get("stats", {}, this._closing.signal)), this._fetch(0)]);
    if (stats) this._grow(stats.tracks);
    this.isLoaded = true;
    this._onChange();
  }

  /** @param {number} index @returns {any | null} null: not there yet */
  track(index) {
    return this._parts.get(Math.floor(index / PART))?.[index % PART] ?? null;
  }

  /** Fetch what is missing of a range of rows. */
  want(from, to) {
    for (let part = Math.floor(from / PART); part * PART < to; part += 1) this._fetch(part);
  }

  /** Put another track where one was, or none. */
  replace(index, track) {
    const part = this._parts.get(Math.floor(index / PART));
    if (!part) return;
    part[index % PART] = track;
    this._onChange();
  }

  close() {
    this._closing.abort();
  }

  async _fetch(part) {
    if (this._parts.has(part)) return;
    this._parts.set(part, null);
    const page = await this._safely(get("tracks", { ...this._query, skip: part * PART }, this._closing.signal));
    if (!page) {
      this._parts.delete(part);
      return;
    }
    this._parts.set(part, page.tracks);
    // one more is there for sure: whoever scrolls to it fetches the next part
    this._grow(part * PART + page.tracks.length + (page.next_cursor ? 1 : 0));
    this._forget();
    this._onChange();
  }

  _grow(total) {
    this.total = Math.max(this.total, total);
  }

  /** Keep the latest parts only. */
  _forget() {
    for (const part of this._parts.keys()) {
      if (this._parts.size <= MOST_PARTS) return;
      this._parts.delete(part);
    }
  }

  async _safely(promise) {
    try {
      return await promise;
    } catch (error) {
      if (!this._closing.signal.aborted) {
        this.problem = error;
        this._onChange();
      }
      return null;
    }
  }
}
