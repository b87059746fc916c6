// Any sample rate to the rate of the analysis: a windowed sinc, as libswresample has it.

const TAPS = 32; // of the filter, at the lower of the two rates
const CUTOFF = 0.97; // of the lower of the two Nyquist frequencies
const KAISER_BETA = 9;

/** Changes the rate of a stream that comes in pieces; before and after it there is silence. */
export class Resampler {
  /** @param {number} from_hz @param {number} to_hz whole numbers */
  constructor(from_hz, to_hz) {
    const common = divisor(from_hz, to_hz);
    this._up = to_hz / common;
    this._down = from_hz / common;
    this._filters = from_hz === to_hz ? null : filters(this._up, this._down);
    const taps = this._filters ? this._filters[0].length : 1;
    this._before = (taps >> 1) - 1; // samples of a filter that lie before its middle
    this._kept = new Float64Array(this._filters ? this._before : 0);
    this._first = -this._kept.length; // number of the first sample that is kept
    this._taken = 0;
    this._given = 0;
  }

  /** @param {Float32Array | Float64Array} samples @returns {Float64Array} what can be computed now */
  feed(samples) {
    this._taken += samples.length;
    if (!this._filters) return Float64Array.from(samples);
    this._kept = joined(this._kept, samples);
    const known = this._first + this._kept.length;
    const reach = this._filters[0].length - this._before;
    return this._upTo(Math.ceil(((known - reach + 1) * this._up) / this._down));
  }

  /** @returns {Float64Array} the rest; it cannot be fed again */
  flush() {
    if (!this._filters) return new Float64Array(0);
    this._kept = joined(this._kept, new Float64Array(this._filters[0].length));
    return this._upTo(Math.ceil((this._taken * this._up) / this._down));
  }

  /** Compute the samples before number `end` that were not given yet. */
  _upTo(end) {
    const out = new Float64Array(Math.max(0, end - this._given));
    for (let i = 0; i < out.length; i += 1) out[i] = this._sample(this._given + i);
    this._given += out.length;
    this._forget(Math.floor((this._given * this._down) / this._up) - this._before);
    return out;
  }

  _sample(number) {
    const place = number * this._down;
    const filter = this._filters[place % this._up];
    const begin = Math.floor(place / this._up) - this._before - this._first;
    let sum = 0;
    for (let k = 0; k < filter.length; k += 1) sum += filter[k] * this._kept[begin + k];
    return sum;
  }

  _forget(before) {
    const count = Math.max(0, Math.min(this._kept.length, before - this._first));
    this._kept = this._kept.slice(count);
    this._first += count;
  }
}

/** One filter for each place that a sample can have between two others, each with the sum 1. */
function filters(up, down) {
  const factor = Math.min(1, up / down) * CUTOFF;
  const taps = 2 * Math.ceil(TAPS / factor / 2);
  return Array.from({ length: up }, (_, phase) => {
    const filter = Float64Array.from({ length: taps }, (_, k) => weight(k - (taps / 2 - 1) - phase / up, factor, taps));
    const sum = filter.reduce((total, one) => total + one, 0);
    return filter.map((one) => one / sum);
  });
}

/** The sinc under a Kaiser window, so many samples from its middle. */
function weight(away, factor, taps) {
  const angle = Math.PI * away * factor;
  const edge = Math.max(0, 1 - ((2 * away) / taps) ** 2);
  return (angle ? Math.sin(angle) / angle : 1) * bessel(KAISER_BETA * Math.sqrt(edge));
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-17 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}

/** @returns {Float64Array} one array after the other */
export function joined(one, other) {
  const all = new Float64Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
