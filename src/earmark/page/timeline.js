// A long recording's time laid out: lanes for what plays at once, the part in sight, ticks below it.
// Nothing here draws.

/** @typedef {{start_s: number, end_s: number, track: any}} Span */
/** @typedef {{from_s: number, to_s: number}} Sight the part that is in sight */

const LEAST_S = 8;
const TOUCHING_S = 0.25;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200];

/**
 * Give every span a lane, so that none lies over another.
 * @param {Span[]} spans by their beginnings
 * @returns {{lanes: number, laneOf: number[]}} how many there are, and the lane of each span
 */
export function lanesOf(spans) {
  const ends = [];
  const laneOf = spans.map(({ start_s, end_s }) => {
    const free = ends.findIndex((end) => end <= start_s + TOUCHING_S);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end_s;
    return lane;
  });
  return { lanes: Math.max(1, ends.length), laneOf };
}

/** @param {number} duration_s @returns {Sight} */
export const whole = (duration_s) => ({ from_s: 0, to_s: Math.max(duration_s, LEAST_S) });

/** How much of the recording is in sight, in seconds. */
export const extent = ({ from_s, to_s }) => to_s - from_s;

/** How far a sight is zoomed in: 1 shows all. */
export const zoomOf = (sight, duration_s) => extent(whole(duration_s)) / extent(sight);

/**
 * Zoom in (`factor` below 1) or out; the moment at `share` of the width stays where it is.
 * @param {Sight} sight @param {number} factor @param {number} share @param {number} duration_s
 * @returns {Sight}
 */
export function zoomed(sight, factor, share, duration_s) {
  const all = whole(duration_s);
  const wanted = Math.min(extent(all), Math.max(LEAST_S, extent(sight) * factor));
  const from_s = sight.from_s + share * (extent(sight) - wanted);
  return within({ from_s, to_s: from_s + wanted }, all);
}

/** Move the sight by a share of what is in it. */
export function moved(sight, share, duration_s) {
  const by_s = share * extent(sight);
  return within({ from_s: sight.from_s + by_s, to_s: sight.to_s + by_s }, whole(duration_s));
}

/** The nearest sight of the same extent that has all of a span in it, or its beginning. */
export function showing(sight, { start_s, end_s }, duration_s) {
  const room_s = extent(sight) * 0.08;
  let from_s = sight.from_s;
  if (end_s + room_s > sight.to_s) from_s = end_s + room_s - extent(sight);
  if (start_s - room_s < from_s) from_s = start_s - room_s;
  return within({ from_s, to_s: from_s + extent(sight) }, whole(duration_s));
}

/**
 * Moments to be written below what is in sight.
 * @param {Sight} sight @param {number} most so many at most
 * @returns {number[]} seconds
 */
export function ticks(sight, most) {
  const step_s = STEPS_S.find((step) => extent(sight) / step <= most) ?? STEPS_S[STEPS_S.length - 1];
  const first = Math.ceil(sight.from_s / step_s);
  const last = Math.floor(sight.to_s / step_s);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step_s);
}

function within({ from_s, to_s }, all) {
  const by_s = Math.max(0, all.from_s - from_s) - Math.max(0, to_s - all.to_s);
  return { from_s: Math.max(all.from_s, from_s + by_s), to_s: Math.min(all.to_s, to_s + by_s) };
}
