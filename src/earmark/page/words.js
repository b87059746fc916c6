// Numbers as people say them. Nothing else in the page turns a number into text.

const COUNT = new Intl.NumberFormat("en");
const ONE_DECIMAL = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** @param {number} seconds @returns {string} `1:05`, `1:02:05`; of less than nothing `-0:02` */
export function clock(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const shown = hours ? [hours, ...parts] : parts;
  const text = shown.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
  return seconds < 0 && whole ? `-${text}` : text;
}

/** A length in words: `42 seconds`, `3 minutes`, `2.5 hours`. */
export function length(seconds) {
  if (seconds < 90) return many(Math.round(seconds), "second");
  if (seconds < 5400) return many(Math.round(seconds / 60), "minute");
  return `${ONE_DECIMAL.format(seconds / 3600)} hours`;
}

/** @param {number} n @param {string} one @param {string} [more] */
export function many(n, one, more = `${one}s`) {
  return `${COUNT.format(n)} ${n === 1 ? one : more}`;
}

/** @param {number} n */
export const count = (n) => COUNT.format(n);

/** @param {number} n */
export function bytes(n) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let step = 0;
  let left = n;
  while (left >= 1000 && step < units.length - 1) {
    left /= 1000;
    step += 1;
  }
  return `${step ? ONE_DECIMAL.format(left) : left} ${units[step]}`;
}

/** @param {number} share 0 to 1; nothing is told to be quite certain */
export function percent(share) {
  if (share >= 0.9999) return "over 99.99 %";
  const digits = share > 0.995 ? 2 : share > 0.9 ? 1 : 0;
  return `${(Math.floor(share * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)} %`;
}

/** A share of many, to the nearest hundredth; what is left of certainty is `percent`. */
export const portion = (share) => `${Math.round(100 * share)} %`;

/** How sure a confidence is, in words; the number belongs beside it. */
export function certainty(confidence) {
  if (confidence >= 0.999) return "As good as certain";
  if (confidence >= 0.99) return "Very sure";
  if (confidence >= 0.95) return "Sure";
  if (confidence >= 0.8) return "Quite sure";
  if (confidence >= 0.5) return "Probably";
  return "Perhaps";
}

/**
 * What was done to the recording, if anything: `2 % faster`, `1.5 semitones higher`.
 * @param {{speed: number | null, tempo: number, pitch_semitones: number}} match
 * @returns {string} empty if it plays as it is
 */
export function manner(match) {
  if (match.speed !== null) return change(match.speed, "faster", "slower");
  const pitch = Math.round(match.pitch_semitones * 10) / 10;
  const parts = [change(match.tempo, "faster", "slower")];
  if (pitch) {
    const amount = many(Math.abs(pitch), "semitone");
    parts.push(`${amount} ${pitch > 0 ? "higher" : "lower"}`);
  }
  return parts.filter(Boolean).join(", ");
}

function change(factor, more, less) {
  const share = Math.round(Math.abs(factor - 1) * 1000) / 10;
  return share < 0.3 ? "" : `${ONE_DECIMAL.format(share)} % ${factor > 1 ? more : less}`;
}

/** When something was: `just now`, `5 minutes ago`, `today, 14:03`, `3 May, 14:03`. */
export function when(date, now = new Date()) {
  const ago_s = (now.getTime() - date.getTime()) / 1000;
  if (ago_s < 45) return "just now";
  if (ago_s < 3000) return `${many(Math.max(1, Math.round(ago_s / 60)), "minute")} ago`;
  if (date.toDateString() === now.toDateString()) return `today, ${timeOfDay(date)}`;
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year })}, ${timeOfDay(date)}`;
}

/** Artist and album, as far as they are known. */
export function byline(track) {
  return [track.artist, track.album].filter(Boolean).join(" · ");
}

/** What a track is called when it has no title. */
export function titleOf(track) {
  return track.title || track.path?.split("/").pop() || "Untitled";
}

/** The time of the day: `14:03`. */
export function timeOfDay(date) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** A day: `today`, `yesterday`, `Monday, 3 May`. */
export function dayOf(date, now = new Date()) {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "today";
  if (date.toDateString() === yesterday.toDateString()) return "yesterday";
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year });
}

/** From one moment of a recording to another: `1:05–3:20`. */
export const stretch = (start_s, end_s) => `${clock(start_s)}–${clock(end_s)}`;
