// Keys: a server that has some wants one. The page exchanges it for a cookie that no script can
// read, and remembers nothing else.

import { createStore } from "./store.js";

/** Who waits for a key, and what came of the last that was tried. */
export const lock = createStore({
  /** @type {((opened: boolean) => void)[]} */
  waiting: [],
  isOpen: false,
});

/**
 * Ask the user for a key, once however many requests wait for it.
 * @param {Error} _problem
 * @param {string} path of the request that was refused
 * @returns {Promise<boolean>} whether to ask the server again
 */
export function unlocked(_problem, path) {
  if (path.replace(/^\//, "") === "session") return Promise.resolve(false);
  return new Promise((resolve) => {
    const { waiting } = lock.get();
    lock.set({ waiting: [...waiting, resolve], isOpen: true });
  });
}

/** Let those who wait go on: with a key, or without one. */
export function settle(opened) {
  const { waiting } = lock.get();
  lock.set({ waiting: [], isOpen: false });
  for (const go of waiting) go(opened);
}
