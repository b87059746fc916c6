// Keys: a server that has some wants one. The page exchanges it for a cookie that no script can
// read, and remembers nothing else.

import { createStore } from "./store.js";

const SCOPES = ["read", "write", "admin"];

/** Whoever waits for a key to be typed. */
export const lock = createStore({
  /** @type {((opened: boolean) => void)[]} */
  waiting: [],
  isOpen: false,
});

/** What the server says of whoever uses this page; null until it has said it. */
export const caller = createStore(/** @type {null | {key: string | null, scope: string | null, is_session: boolean}} */ (null));

/** Whether something is worth being offered: whoever has no key yet may get one. */
export function may(scope) {
  const known = caller.get()?.scope;
  return !known || SCOPES.indexOf(known) >= SCOPES.indexOf(scope);
}

/**
 * Ask the user for a key, once however many requests wait for it.
 * @returns {Promise<boolean>} whether there is one now
 */
export function unlocked() {
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
