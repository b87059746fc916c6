// Axes: where their lines stand, and how they are written.

import { clock } from "../words.js";
import { token } from "./palette.js";

const TIME_STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const LEAST_APART_PX = 76;
const HZ_STEPS = [50, 100, 200, 250, 500, 1000];
const LEAST_HIGH_PX = 40;

/** Of everything that is written on a canvas; canvases know no style sheet. */
export const FONT = "500 12px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", sans-serif";

/** Frequencies from the lowest row of a spectrogram to its highest, whatever its axis. */
export class Frequencies {
  /** @param {number[]} row_hz rising, at least two: the middle of each row */
  constructor(row_hz) {
    this._row_hz = row_hz;
    this.lowest_hz = row_hz[0];
    this.highest_hz = row_hz[row_hz.length - 1];
  }

  /** A linear axis up to a frequency. */
  static linear(highest_hz) {
    return new Frequencies([0, highest_hz]);
  }

  /** @returns {number} how far up a frequency lies, 0 to 1 */
  height(hz) {
    const rows = this._row_hz;
    let low = 0;
    let high = rows.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (rows[middle] <= hz) low = middle;
      else high = middle;
    }
    return (low + (hz - rows[low]) / (rows[high] - rows[low])) / (rows.length - 1);
  }

  /** @returns {number} the frequency that lies so far up */
  hz(height) {
    const rows = this._row_hz;
    const at = Math.min(1, Math.max(0, height)) * (rows.length - 1);
    const low = Math.min(Math.floor(at), rows.length - 2);
    return rows[low] + (at - low) * (rows[low + 1] - rows[low]);
  }
}

/** @returns {{at_s: number, text: string}[]} where the lines of a time axis stand */
export function timeTicks(from_s, to_s, width) {
  const least_s = ((to_s - from_s) / Math.max(1, width)) * LEAST_APART_PX;
  const step_s = TIME_STEPS_S.find((step) => step >= least_s) ?? TIME_STEPS_S.at(-1) * Math.ceil(least_s / TIME_STEPS_S.at(-1));
  const ticks = [];
  for (let i = Math.ceil(from_s / step_s - 1e-9); i * step_s <= to_s + 1e-9; i += 1) {
    ticks.push({ at_s: i * step_s, text: moment(i * step_s, step_s) });
  }
  return ticks;
}

/** A moment as precisely as its neighbours are apart: `1:23`, `1:23.4`, `1:23.45`. */
export function moment(at_s, step_s) {
  const digits = step_s >= 1 ? 0 : step_s >= 0.1 ? 1 : 2;
  const rounded_s = Math.round(at_s * 10 ** digits) / 10 ** digits;
  if (!digits) return clock(rounded_s);
  const whole_s = Math.floor(Math.abs(rounded_s) + 1e-9);
  const rest = (Math.abs(rounded_s) - whole_s).toFixed(digits).slice(1);
  return `${rounded_s < 0 ? "-" : ""}${clock(whole_s)}${rest}`;
}

/** @param {number} hz @returns {string} `440 Hz`, `1.25 kHz` */
export function pitch(hz) {
  return hz < 1000 ? `${Math.round(hz)} Hz` : `${Number((hz / 1000).toFixed(2))} kHz`;
}

/** Draw the lines of the times, and what they say below. */
export function drawTimes(context, { from_s, to_s, width, height, x }) {
  prepare(context);
  context.textAlign = "center";
  context.textBaseline = "top";
  const ticks = timeTicks(from_s, to_s, width);
  for (const { at_s, text } of ticks) {
    const at = Math.round(x(at_s)) + 0.5;
    context.globalAlpha = 0.14;
    context.fillRect(at - 0.5, 0, 1, height);
    context.globalAlpha = 1;
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(width - half, Math.max(half, at)), height + 8);
  }
}

/** Draw the lines of the frequencies, and what they say at the left, over the picture. */
export function drawFrequencies(context, { width, height }, frequencies) {
  prepare(context);
  context.textAlign = "left";
  context.textBaseline = "bottom";
  const range_hz = frequencies.highest_hz - frequencies.lowest_hz;
  const step = HZ_STEPS.find((hz) => (hz / range_hz) * height >= LEAST_HIGH_PX) ?? HZ_STEPS.at(-1);
  let last = Infinity;
  for (let hz = step; hz < frequencies.highest_hz; hz += step) {
    const y = Math.round(height * (1 - frequencies.height(hz)));
    if (last - y < LEAST_HIGH_PX * 0.8 || y < 14) continue; // other axes crowd at one end
    last = y;
    context.globalAlpha = 0.14;
    context.fillRect(0, y, width, 1);
    plate(context, pitch(hz), 6, y - 2);
    label(context, pitch(hz), 6, y - 2);
  }
}

/** Draw where something plays. @param {number | null} at_s */
export function drawNeedle(context, { x, height }, at_s) {
  if (at_s === null) return;
  context.fillStyle = token("paper");
  context.fillRect(x(at_s) - 2.5, 0, 5, height);
  context.fillStyle = token("accent-ink");
  context.fillRect(x(at_s) - 1.5, 0, 3, height);
}

/** Dim what is below a text that stands on its lower left corner. */
function plate(context, text, x, y) {
  const colour = context.fillStyle;
  context.globalAlpha = 0.7;
  context.fillStyle = token("paper");
  context.fillRect(x - 4, y - 15, context.measureText(text).width + 8, 16);
  context.fillStyle = colour;
}

/** Text that can be read on any ground. */
export function label(context, text, x, y) {
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = token("paper");
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function prepare(context) {
  context.font = FONT;
  context.fillStyle = token("ink-2");
}
