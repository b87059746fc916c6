// The spectrogram of a stored recording, however long: fetched in slices, coarse ones from afar and
// fine ones from near by.

import { get, getBlob } from "../api.js";
import { Slices } from "../slices.js";
import { Frequencies } from "./axes.js";
import { Contrast, Levels, levelsIn } from "./levels.js";

const COLUMNS = 1000;
/** A frame's window is eight frames long: so many at an end of what is fetched lack some sound. */
const MARGIN_FRAMES = 8;

const FINE = { frames: 1, rows: 512 };
const COARSE = { frames: 4, rows: 256 };
const MOST_SLICES = 48;
/**
 * Where in a track it is listened for the contrast of all of it, for so long each; the first tells the axes, too.
 * One moment alone may lie in a pause: docs/page.md has how far off each choice is.
 */
const PROBES = [0.5, 0.1, 0.3, 0.7, 0.9];
const PROBE_S = 0.5;
/** What a grey picture has as 0 and as 255. */
const LOWEST_DB = -90;
const HIGHEST_DB = -10;

/** The sound of one track, as a picture that can be drawn at any zoom. */
export class Sound {
  /**
   * Ask what the picture's axes are like, how loud the music is at a few moments, and with that
   * whether there is a sound at all.
   * @param {{id: string, duration_s: number}} track
   * @param {AbortSignal} signal
   * @returns {Promise<Sound>}
   * @throws {import("../api.js").Problem} nothing of it is kept
   */
  static async open(track, signal) {
    const path = `tracks/${track.id}/spectrogram`;
    const [told, ...others] = await Promise.all(PROBES.map((share, i) => {
      const start_s = Math.max(0, share * track.duration_s - PROBE_S / 2);
      const query = { start_s, duration_s: PROBE_S, width: COLUMNS, height: 2 * FINE.rows };
      return i ? getBlob(path, { ...query, colours: "grey" }, signal).then(levelsIn) : get(path, { ...query, format: "json" }, signal);
    }));
    const first = told.level_db.flat().map((db) => (255 * (db - LOWEST_DB)) / (HIGHEST_DB - LOWEST_DB));
    const contrast = Contrast.of([first, ...others.map(({ levels }) => [...levels])].flat());
    return new Sound(track, told.column_s, new Frequencies(told.row_hz), contrast);
  }

  constructor(track, frame_s, frequencies, contrast) {
    this.frequencies = frequencies;
    this._layers = [COARSE, FINE].map((detail) => new Layer(track, frame_s, contrast, detail));
  }

  subscribe(listener) {
    const ends = this._layers.map((layer) => layer.slices.subscribe(listener));
    return () => ends.forEach((end) => end());
  }

  get isBusy() {
    return this._layers.some((layer) => layer.slices.isBusy);
  }

  get problem() {
    return this._layers.map((layer) => layer.slices.problem).find(Boolean) ?? null;
  }

  retry() {
    for (const { slices } of this._layers) slices.retry();
  }

  close() {
    for (const { slices } of this._layers) slices.close();
  }

  /** Whether so much can be drawn at once: a night of music has to be come nearer to. */
  reaches(span_s) {
    return this._layers[0].reaches(span_s);
  }

  /** Draw what is in sight, as far as it is there. */
  draw(context, frame) {
    const span_s = frame.to_s - frame.from_s;
    const [coarse, fine] = this._layers;
    const pixel_s = span_s / frame.width / Math.min(devicePixelRatio || 1, 3);
    coarse.draw(context, frame);
    if (pixel_s < coarse.column_s) fine.draw(context, frame);
  }
}

/** Slices of one fineness. */
class Layer {
  constructor(track, frame_s, contrast, { frames, rows }) {
    this._contrast = contrast;
    this.column_s = frame_s * frames;
    this._margin_s = MARGIN_FRAMES * frame_s;
    this._rows = rows;
    this._track = track;
    this.slices = new Slices(COLUMNS * this.column_s, track.duration_s, (...asked) => this._load(...asked), MOST_SLICES);
  }

  reaches(span_s) {
    return span_s / this.slices.slice_s <= MOST_SLICES / 2;
  }

  draw(context, { from_s, to_s, x, height }) {
    if (!this.reaches(to_s - from_s)) return;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    for (const { index, value: { levels, skipped, columns } } of this.slices.of(from_s, to_s)) {
      const left = Math.floor(x(index * this.slices.slice_s));
      const right = Math.ceil(x(index * this.slices.slice_s + columns * this.column_s));
      context.drawImage(levels.picture(), skipped, 0, columns, levels.rows, left, 0, right - left, height);
    }
  }

  /** A slice with some of the sound on both sides of it, which is not drawn. */
  async _load(index, signal) {
    const start_s = index * this.slices.slice_s;
    const from_s = Math.max(0, start_s - this._margin_s);
    const query = {
      start_s: from_s,
      duration_s: start_s + this.slices.slice_s + this._margin_s - from_s,
      width: COLUMNS + 4 * MARGIN_FRAMES,
      height: this._rows,
      colours: "grey",
    };
    const blob = await getBlob(`tracks/${this._track.id}/spectrogram`, query, signal);
    const levels = await Levels.of(blob, () => this._contrast);
    const skipped = Math.round((start_s - from_s) / this.column_s);
    return { levels, skipped, columns: Math.min(COLUMNS, levels.columns - skipped) };
  }
}
