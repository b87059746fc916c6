// Constellations: the peaks that a recording is recognised by, fetched in slices and drawn.

import { get } from "../api.js";
import { Slices } from "../slices.js";
import { token } from "./palette.js";

const SLICE_S = 300;
const CROWDED_PX2 = 130;

/** @typedef {{time_s: Float64Array, frequency_hz: Float64Array}} Peaks by time */

/** The constellation of one track. */
export class Constellation extends Slices {
  /** @param {{id: string, duration_s: number}} track */
  constructor(track) {
    super(SLICE_S, track.duration_s, async (index, signal) => {
      const query = { start_s: index * SLICE_S, duration_s: SLICE_S };
      const { time_s, frequency_hz } = await get(`tracks/${track.id}/constellation`, query, signal);
      return { time_s: Float64Array.from(time_s), frequency_hz: Float64Array.from(frequency_hz) };
    });
  }

  /** @returns {Peaks[]} what is there of a stretch, cut to it */
  within(from_s, to_s) {
    return this.of(from_s, to_s).map(({ value }) => cut(value, from_s, to_s));
  }
}

/** @param {Peaks} peaks @returns {Peaks} those of a stretch */
export function cut({ time_s, frequency_hz }, from_s, to_s) {
  const first = firstFrom(time_s, from_s);
  const behind = firstFrom(time_s, to_s);
  return { time_s: time_s.subarray(first, behind), frequency_hz: frequency_hz.subarray(first, behind) };
}

/** The place of the first that is not before a moment. */
function firstFrom(time_s, moment_s) {
  let low = 0;
  let high = time_s.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time_s[middle] < moment_s) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Draw the peaks of a constellation: dots where they crowd, marks with a rim where there is room.
 * @param {CanvasRenderingContext2D} context
 * @param {any} frame
 * @param {import("./axes.js").Frequencies} frequencies
 * @param {Peaks[]} parts
 * @param {{isAlone?: boolean}} [how] isAlone: no spectrogram is below them
 */
export function drawPeaks(context, frame, frequencies, parts, { isAlone = false } = {}) {
  const count = parts.reduce((sum, { time_s }) => sum + time_s.length, 0);
  if (!count) return;
  const room = (frame.width * frame.height) / count;
  const isCrowded = room < CROWDED_PX2;
  const radius = isCrowded ? Math.max(0.6, Math.sqrt(room) / 9) : Math.min(4, 1.3 + Math.sqrt(room) / 22);
  context.save();
  if (isCrowded) {
    context.globalAlpha = isAlone ? Math.min(0.9, 0.35 + room / 60) : 0.75;
    context.fillStyle = token(isAlone ? "accent-ink" : "peak-far");
    for (const [x, y] of placesOf(parts, frame, frequencies)) context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  } else {
    drawDots(context, [...placesOf(parts, frame, frequencies)], radius, token(isAlone ? "accent-ink" : "peak"), token("peak-rim"));
  }
  context.restore();
}

/** Where peaks lie in a picture. */
function* placesOf(parts, { x, height }, frequencies) {
  for (const { time_s, frequency_hz } of parts) {
    for (let i = 0; i < time_s.length; i += 1) yield [x(time_s[i]), height * (1 - frequencies.height(frequency_hz[i]))];
  }
}

/** Draw discs with a rim that sets them off from any ground. */
export function drawDots(context, places, radius, colour, rim) {
  context.beginPath();
  for (const [x, y] of places) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  if (rim) {
    context.lineWidth = 2;
    context.strokeStyle = rim;
    context.stroke();
  }
  context.fillStyle = colour;
  context.fill();
}

/** Draw rings. */
export function drawRings(context, places, radius, colour, rim) {
  context.beginPath();
  for (const [x, y] of places) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.lineWidth = 3.5;
  context.strokeStyle = rim;
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
}
