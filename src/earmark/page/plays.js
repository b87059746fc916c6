// What stations played, as the server wrote it down.

import { get } from "./api.js";

const MOST = 5000;

/** Whether a problem is only that the server writes nothing down. */
export const isWithoutPlays = (problem) => /--operations/.test(problem.message);

/**
 * Plays, earliest first.
 * @param {{since?: string, until?: string, station?: string, track?: string}} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<{plays: any[], isAll: boolean}>}
 */
export async function fetchPlays(wanted, signal) {
  /** @type {Map<string, any>} by id: where one part ends and the next begins, some come twice */
  const plays = new Map();
  for (let since = wanted.since; ; ) {
    const part = await get("airplay", { ...wanted, since }, signal);
    const before = plays.size;
    for (const play of part.plays) plays.set(play.id, play);
    const isStuck = plays.size === before; // a thousand of one moment
    if (part.is_complete || isStuck || plays.size >= MOST) {
      return { plays: [...plays.values()], isAll: part.is_complete };
    }
    since = part.plays[part.plays.length - 1].started_at;
  }
}

/**
 * Midnight of a day and of the next, where this browser is.
 * @param {string} day `2026-01-31`
 * @returns {{since: string, until: string}}
 */
export function dayRange(day) {
  const since = new Date(`${day}T00:00`);
  const until = new Date(since);
  until.setDate(since.getDate() + 1);
  return { since: since.toISOString(), until: until.toISOString() };
}

/** A day as `2026-01-31`. */
export function isoDay(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day so many days later. */
export function laterDay(day, days) {
  const date = new Date(`${day}T12:00`);
  date.setDate(date.getDate() + days);
  return isoDay(date);
}
