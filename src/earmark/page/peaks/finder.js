// Sound to peaks, by the rule of the library (docs/peaks.md): the only thing that private mode sends.

import { PowerSpectrum } from "./fourier.js";
import { joined, Resampler } from "./resampling.js";

const FORMAT = "earmark-peaks-1";
const LEVELS_PER_DB = 2;
const MOST_LEVEL = 255;

/**
 * What the server says of its peaks (`GET /peaks`).
 * @typedef {{
 *   format: string, peaks_id: string, axis: string, sample_rate_hz: number, window_samples: number,
 *   hop_samples: number, low_bin: number, high_bin: number, steps: number, silence_db: number,
 *   radius_frames: number, radius_ratio: number, min_radius_bins: number, max_radius_bins: number,
 *   max_clip_s: number,
 * }} Rule
 */

/**
 * Peaks as they are sent; all numbers are whole.
 * @typedef {{
 *   format: string, peaks_id: string, frames: number,
 *   time: number[], frequency: number[], level: number[],
 * }} Payload
 */

/** @param {Rule} rule @returns {boolean} whether peaks can be found by it here */
export function isKnown(rule) {
  return rule.format === FORMAT && rule.axis === "linear";
}

/** Finds the peaks of a sound that comes in pieces; how it is cut makes no difference. */
export class PeakFinder {
  /** @param {Rule} rule @param {number} rate_hz of the sound */
  constructor(rule, rate_hz) {
    this._rule = rule;
    this._resampler = new Resampler(rate_hz, rule.sample_rate_hz);
    this._spectrum = new PowerSpectrum(hann(rule.window_samples));
    this._pending = new Float64Array(rule.window_samples / 2);
    this._samples = 0;
    this._frames = 0;
    this._radii = radii(rule);
    this._silence = 10 ** (rule.silence_db / 10);
    this._rows = Array.from({ length: rule.radius_frames }, () => this._row()); // the latest of them
    this._next = 0; // the frame whose peaks are found next
    this._found = [];
  }

  /** @param {Float32Array | Float64Array} samples one channel, full scale 1, shape (n,) */
  feed(samples) {
    this._hear(this._resampler.feed(samples));
  }

  /** @returns {Payload} of all that was heard; it cannot be fed again */
  finish() {
    const { hop_samples: hop, window_samples: window, radius_frames: radius } = this._rule;
    this._hear(this._resampler.flush());
    const total = Math.ceil(this._samples / hop);
    this._transform(joined(this._pending, new Float64Array(window + hop)), total);
    for (let i = 0; i < radius; i += 1) this._take(this._row());
    return this._payload(total);
  }

  _row() {
    return new Float64Array(this._rule.window_samples / 2 + 1);
  }

  _hear(samples) {
    this._samples += samples.length;
    this._pending = joined(this._pending, samples);
    this._transform(this._pending, Infinity);
  }

  /** Transform whole frames of these samples, until there are `most`; keep the rest. */
  _transform(samples, most) {
    const { hop_samples: hop, window_samples: window } = this._rule;
    let at = 0;
    for (; at + window <= samples.length && this._frames < most; at += hop) {
      const row = this._row();
      this._spectrum.of(samples.subarray(at, at + window), row);
      this._frames += 1;
      this._take(row);
    }
    this._pending = samples.slice(at);
  }

  /** Take the next row; the one in the middle of those that are kept has all its neighbours then. */
  _take(row) {
    const { radius_frames: radius } = this._rule;
    this._rows.push(row);
    if (this._rows.length <= 2 * radius) return;
    this._pick();
    this._rows.shift();
    this._next += 1;
  }

  _pick() {
    const { low_bin: low, high_bin: high, radius_frames: radius } = this._rule;
    const row = this._rows[radius];
    for (let bin = low; bin < high; bin += 1) {
      const isSummit = row[bin] > row[bin - 1] && row[bin] >= row[bin + 1]; // rules most out
      if (isSummit && row[bin] > this._silence && this._isHighest(bin)) this._found.push(this._refined(bin));
    }
  }

  /** Whether no cell of the neighbourhood is louder, and no earlier one as loud. */
  _isHighest(bin) {
    const middle = this._rule.radius_frames;
    const value = this._rows[middle][bin];
    const first = Math.max(0, bin - this._radii[bin]);
    const last = Math.min(this._rows[middle].length - 1, bin + this._radii[bin]);
    return this._rows.every((row, t) => {
      for (let k = first; k <= last; k += 1) {
        const isEarlier = t < middle || (t === middle && k < bin);
        if (row[k] > value || (isEarlier && row[k] === value)) return false;
      }
      return true;
    });
  }

  /** Time and frequency in steps, and the level. */
  _refined(bin) {
    const { radius_frames: middle, steps, silence_db } = this._rule;
    const [before, row, after] = this._rows.slice(middle - 1, middle + 2);
    const value = row[bin];
    const along = vertex(before[bin], value, after[bin]);
    const across = vertex(row[bin - 1], value, row[bin + 1]);
    const level = Math.floor((10 * Math.log10(value) - silence_db) * LEVELS_PER_DB);
    return {
      time: Math.max(0, rounded((this._next + along) * steps)),
      frequency: rounded((bin + across) * steps),
      level: Math.min(MOST_LEVEL, Math.max(1, level)),
    };
  }

  _payload(frames) {
    const found = this._found.sort((a, b) => a.time - b.time || a.frequency - b.frequency);
    return {
      format: FORMAT,
      peaks_id: this._rule.peaks_id,
      frames,
      time: found.map((peak) => peak.time),
      frequency: found.map((peak) => peak.frequency),
      level: found.map((peak) => peak.level),
    };
  }
}

/** A window under which a full-scale sine at the middle of a bin has power 1. */
function hann(n) {
  const window = Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
  const sum = window.reduce((total, one) => total + one, 0);
  return window.map((one) => (2 * one) / sum);
}

/** Half the height of the neighbourhood of each bin: a part of its own frequency. */
function radii({ window_samples, radius_ratio, min_radius_bins, max_radius_bins }) {
  return Int32Array.from({ length: window_samples / 2 + 1 }, (_, bin) =>
    rounded(Math.min(max_radius_bins, Math.max(min_radius_bins, bin * radius_ratio))),
  );
}

/** Where between -1/2 and 1/2 the parabola through three levels in dB has its top. */
function vertex(before, value, after) {
  const floor = value * 1e-6; // digital silence beside a peak must not bend it without bounds
  const left = Math.log(Math.max(before, floor));
  const middle = Math.log(value);
  const right = Math.log(Math.max(after, floor));
  const bend = left - 2 * middle + right;
  return bend >= 0 ? 0 : (0.5 * (left - right)) / bend;
}

/** The nearest whole number; of two the even one, as NumPy rounds. */
function rounded(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
