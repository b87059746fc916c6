// A long recording on its way to the server: it goes on while one looks at something else.

import { upload } from "./api.js";
import { createStore } from "./store.js";
import { rememberTask } from "./tasks.js";

const MOST_NAME = 200;

/** What is being sent: its name, and how much of it has gone; or why it could not be. */
export const sending = createStore(/** @type {null | {name: string, share: number, problem: any}} */ (null));

let closing = new AbortController();

/**
 * Send a recording.
 * @param {File} file
 * @returns {Promise<any>} the task that scans it; null if it was given up or could not be sent
 */
export async function send(file) {
  closing.abort(); // only one at a time
  closing = new AbortController();
  const { signal } = closing;
  sending.set({ name: file.name, share: 0, problem: null });
  try {
    const onProgress = (share) => sending.change({ share });
    const query = { name: file.name.slice(0, MOST_NAME) };
    const task = await upload("scans", file, { query, onProgress, signal });
    rememberTask(task);
    sending.set(null);
    return task;
  } catch (problem) {
    if (!signal.aborted) sending.change({ problem });
    return null;
  }
}

/** Send it no further, and forget why it could not be sent. */
export function giveUp() {
  closing.abort();
  sending.set(null);
}
