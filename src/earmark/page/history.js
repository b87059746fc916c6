// What was named in this browser. It lies here only, and nobody else sees it.

import { createStore, kept } from "./store.js";

const MOST = 50;

/** Latest first: `{track, offset_s, confidence, at}`, and `clipId` while the page is open. */
export const history = createStore(kept.get("history", []));

/** @param {{match: any, clipId: string | null}} found */
export function remember({ match, clipId }) {
  const { id, title, artist, album, path, duration_s } = match.track;
  const entry = {
    track: { id, title, artist, album, path, duration_s },
    offset_s: match.offset_s,
    confidence: match.confidence,
    at: new Date().toISOString(),
  };
  save([{ ...entry, clipId }, ...history.get()].slice(0, MOST));
}

/** @returns {() => void} what brings it back */
export function forgetAll() {
  const forgotten = history.get();
  save([]);
  return () => save([...history.get(), ...forgotten].slice(0, MOST));
}

function save(entries) {
  history.set(entries);
  kept.set("history", entries.length ? entries.map(({ clipId: _, ...entry }) => entry) : undefined);
}
