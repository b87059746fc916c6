// Tracks removed, and brought back while the server still has them.

import { post, remove } from "./api.js";
import { say } from "./components/toast.js";
import { titleOf } from "./words.js";

/**
 * @param {any} track
 * @param {{onGone: () => void, onBack: () => void}} then
 */
export async function removeTrack(track, { onGone, onBack }) {
  try {
    const { expires_at } = await remove(`tracks/${track.id}`);
    onGone();
    const undo = { label: "Undo", run: () => restore(track, onBack) };
    say(`${titleOf(track)} was removed.`, expires_at ? undo : undefined);
  } catch (problem) {
    say(problem.message);
  }
}

async function restore(track, onBack) {
  try {
    await post(`tracks/${track.id}/restore`);
    onBack();
    say(`${titleOf(track)} is back.`);
  } catch (problem) {
    say(problem.message);
  }
}
