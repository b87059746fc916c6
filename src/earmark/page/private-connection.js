// Private listening: what a live connection does, by asking about the latest seconds again and again.
//
// Who asks ten times about unknown music gets ten chances to be wrong. So, as when the server listens
// (docs/live.md), the false-accept rate is a budget: each look at a new stretch of sound may spend an
// equal part of it, and each of those that follow, while it stays unknown, a part of its own.

import { identifyByPeaks, peaksRule } from "./private.js";

// The numbers are those of `src/earmark/live/plan.py`; a test compares them.
const FAR = 1e-4;
const LOOKS_S = [1, 1.5, 2, 3, 4, 6, 8, 10];
const SHARE = 1 / (LOOKS_S.length + 1); // the last length is looked at twice, the second time on the ladder
const LATER_S = 5;
const LATER_EVERY_S = 1;
const LATER_SHARE = 1 / 32;
const UNDECIDED_S = 6; // from here on, one of two that fit equally well is told
const LEAST_CANDIDATE = 1; // nats

const QUIET = 33; // -60 dB of full scale
const SILENCE_S = 2;
const FULL_SCALE = 32768;

/** Stands where a LiveConnection stands; it ends with the first decision. */
export class PrivateConnection {
  /**
   * @param {number} rate_hz
   * @param {{onUpdate: (update: any) => void, onReady?: () => void, onEnd: (problem: Error | null) => void}} handlers
   */
  constructor(rate_hz, handlers) {
    this._rate_hz = rate_hz;
    this._handlers = handlers;
    this._abort = new AbortController();
    this._kept = new Float32Array(0);
    this._heard = 0; // samples
    this._quiet = 0; // samples, since it is quiet
    this._begin_s = 0; // of the stretch
    this._done = 0; // looks at it
    this._later_s = 0; // when it was looked at last, later on
    this._isBusy = false;
    queueMicrotask(() => this._handlers.onReady?.());
  }

  /** Make sure that the server can be asked, and that its peaks can be found here. */
  static async check() {
    await peaksRule();
  }

  /** @param {Int16Array} samples one channel */
  send(samples) {
    this._heard += samples.length;
    this._keep(samples);
    this._noteSilence(samples);
    const look = this._isBusy || this._isSilent() ? null : this._due();
    if (look) this._look(look);
  }

  /** End it at once, and hear nothing more. */
  drop() {
    this._handlers = { onUpdate: () => {}, onEnd: () => {} };
    this._isBusy = true;
    this._abort.abort();
  }

  get _now_s() {
    return this._heard / this._rate_hz;
  }

  _keep(samples) {
    const most = Math.round(LOOKS_S.at(-1) * this._rate_hz);
    const before = this._kept.subarray(Math.max(0, this._kept.length + samples.length - most));
    this._kept = new Float32Array(before.length + samples.length);
    this._kept.set(before);
    this._kept.set(Float32Array.from(samples, (one) => one / FULL_SCALE), before.length);
  }

  _isSilent() {
    return this._quiet >= SILENCE_S * this._rate_hz;
  }

  /** What follows a silence is a stretch of its own. */
  _noteSilence(samples) {
    const wasSilent = this._isSilent();
    this._quiet = samples.every((one) => Math.abs(one) < QUIET) ? this._quiet + samples.length : 0;
    if (wasSilent && !this._isSilent()) {
      this._begin_s = this._now_s - samples.length / this._rate_hz;
      this._done = 0;
      this._tell({ kind: "sound" });
    } else if (!wasSilent && this._isSilent()) this._tell({ kind: "silence" });
  }

  /** The look that is due; of several the longest. */
  _due() {
    const stretch_s = this._now_s - this._begin_s;
    const due = LOOKS_S.filter((length_s) => length_s <= stretch_s).length;
    if (due > this._done) {
      this._done = due;
      this._later_s = this._now_s;
      return { length_s: LOOKS_S[due - 1], share: SHARE, ladder: "off" };
    }
    if (this._done === LOOKS_S.length) {
      this._done += 1;
      return { length_s: LOOKS_S.at(-1), share: SHARE, ladder: "fast" };
    }
    if (this._done > LOOKS_S.length && this._now_s >= this._later_s + LATER_EVERY_S) {
      this._later_s = this._now_s;
      return { length_s: LATER_S, share: LATER_SHARE, ladder: "off" };
    }
    return null;
  }

  async _look({ length_s, share, ladder }) {
    this._isBusy = true;
    const samples = this._kept.slice(-Math.round(length_s * this._rate_hz));
    const begin_s = this._now_s - samples.length / this._rate_hz;
    try {
      const query = { far: FAR * share, ladder };
      const answer = await identifyByPeaks(samples, this._rate_hz, { query, signal: this._abort.signal });
      this._isBusy = this._hear(answer, begin_s, length_s, ladder);
    } catch (problem) {
      this._handlers.onEnd(problem);
    }
  }

  /** @returns {boolean} whether it is decided */
  _hear(answer, begin_s, length_s, ladder) {
    const [match, candidate] = [answer.matches[0], answer.candidates[0]].map((one) => one && ofTheStream(one, begin_s));
    const isDecided = answer.status === "identified" || (answer.status === "ambiguous" && length_s >= UNDECIDED_S);
    if (isDecided) {
      this._tell({ kind: "started", match });
      return true;
    }
    const likeliest = match ?? candidate;
    if (likeliest?.score >= LEAST_CANDIDATE) this._tell({ kind: "candidate", match: likeliest });
    else if (ladder !== "off") this._tell({ kind: "unknown" });
    return false;
  }

  _tell(update) {
    this._handlers.onUpdate(update);
  }
}

/** The match of a clip that begins at `begin_s`, as one of all that was heard. */
function ofTheStream(match, begin_s) {
  const back_s = match.tempo * begin_s;
  return {
    ...match,
    offset_s: match.offset_s - back_s,
    other_offsets_s: match.other_offsets_s.map((offset_s) => offset_s - back_s),
    clip_start_s: match.clip_start_s + begin_s,
    clip_end_s: match.clip_end_s + begin_s,
  };
}
