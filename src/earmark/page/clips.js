// Clips that were asked about, for as long as the page is open: to be explained, or asked again.

const MOST = 20;
const clips = new Map();
let latest = 0;

/** @param {Blob} blob @param {string} name @returns {string} the clip's id */
export function keepClip(blob, name) {
  latest += 1;
  const id = String(latest);
  clips.set(id, { blob, name });
  if (clips.size > MOST) clips.delete(clips.keys().next().value);
  return id;
}

/** @param {string} id @returns {{blob: Blob, name: string} | null} null if it is gone */
export function clipOf(id) {
  return clips.get(id) ?? null;
}
