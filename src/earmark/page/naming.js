// A file that was brought to be named: on its way, and what became of it. It is kept while the page
// is open, so that whoever looks at the track and comes back finds the answer still there.

import { upload } from "./api.js";
import { keepClip } from "./clips.js";
import { remember } from "./history.js";
import { clear, listening, stop } from "./listening.js";
import { createStore } from "./store.js";

/** Sent so far (`share`), then with an `answer` or a `problem`; null: what was last asked about was no file. */
export const naming = createStore(/** @type {null | {name: string, share: number, answer?: any, clipId?: string | null, problem?: any}} */ (null));

let closing = new AbortController();

/** Forget the file, and send it no further. */
export function forget() {
  closing.abort();
  naming.set(null);
}

/** Have a file named. @param {File} file */
export async function nameFile(file) {
  stop();
  clear();
  forget(); // only one at a time
  closing = new AbortController();
  const { signal } = closing;
  const { isPrivate } = listening.get();
  naming.set({ name: file.name, share: 0 });
  try {
    const answer = await (isPrivate ? privately(file) : sent(file, signal));
    if (signal.aborted) return;
    const clipId = isPrivate ? null : keepClip(file, file.name); // to explain it, its sound has to be sent
    if (answer.matches.length) remember({ match: answer.matches[0], clipId });
    naming.change({ share: 1, answer, clipId });
  } catch (problem) {
    if (!signal.aborted) naming.change({ problem });
  }
}

const sent = (file, signal) => upload("identify", file, { onProgress: (share) => naming.change({ share }), signal });

async function privately(file) {
  naming.change({ share: 1 });
  const { identifyFile } = await import("./private.js");
  return identifyFile(file);
}
