// The power spectrum of one frame: a fast Fourier transform in steps of two, in double precision.

/** Transforms frames of one length, a power of two. */
export class PowerSpectrum {
  /** @param {Float64Array} window weights of a frame's samples, shape (n,) */
  constructor(window) {
    const n = window.length;
    this._window = window;
    this._real = new Float64Array(n);
    this._imag = new Float64Array(n);
    this._cosines = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
    this._sines = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n));
    this._reversed = reversed(n);
  }

  /**
   * Write the squared magnitudes of a frame's transform.
   * @param {Float64Array} samples shape (n,)
   * @param {Float64Array} power shape (n / 2 + 1,)
   */
  of(samples, power) {
    const { _real: real, _imag: imag, _window: window, _reversed: to } = this;
    for (let i = 0; i < samples.length; i += 1) real[to[i]] = samples[i] * window[i];
    imag.fill(0);
    for (let half = 1; half < real.length; half *= 2) this._step(half);
    for (let k = 0; k < power.length; k += 1) power[k] = real[k] * real[k] + imag[k] * imag[k];
  }

  /** Join neighbouring transforms of length `half` to one of twice the length. */
  _step(half) {
    const { _real: real, _imag: imag, _cosines: cosines, _sines: sines } = this;
    const stride = real.length / (2 * half);
    for (let begin = 0; begin < real.length; begin += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const a = begin + k;
        const b = a + half;
        const cosine = cosines[k * stride];
        const sine = sines[k * stride];
        const x = real[b] * cosine + imag[b] * sine;
        const y = imag[b] * cosine - real[b] * sine;
        real[b] = real[a] - x;
        imag[b] = imag[a] - y;
        real[a] += x;
        imag[a] += y;
      }
    }
  }
}

/** Where each sample goes before the first step: its number with the bits in reverse. */
function reversed(n) {
  const bits = Math.log2(n);
  const to = new Uint32Array(n);
  for (let i = 1; i < n; i += 1) to[i] = (to[i >> 1] >> 1) | ((i & 1) << (bits - 1));
  return to;
}
