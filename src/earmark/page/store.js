// State that several parts of the page share: a value, and who wants to know of a new one.

import { useEffect, useState } from "./html.js";

/**
 * @template T
 * @param {T} initial
 * @returns {{get: () => T, set: (value: T) => void, change: (part: Partial<T>) => void,
 *   subscribe: (listener: (value: T) => void) => () => void}}
 */
export function createStore(initial) {
  let value = initial;
  const listeners = new Set();
  const set = (next) => {
    value = next;
    for (const listener of [...listeners]) listener(value);
  };
  return {
    get: () => value,
    set,
    change: (part) => set({ ...value, ...part }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value of a store, in a component that is drawn again when it changes.
 * @template T
 * @param {{get: () => T, subscribe: (listener: (value: T) => void) => () => void}} store
 * @returns {T}
 */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(() => store.get());
    return store.subscribe((next) => setValue(() => next));
  }, [store]);
  return value;
}

/** What this browser keeps, as JSON; one that keeps nothing has what is given instead. */
export const kept = {
  /**
   * @template T
   * @param {string} name
   * @param {T} instead
   * @returns {T}
   */
  get(name, instead) {
    try {
      const text = localStorage.getItem(`earmark.${name}`);
      return text === null ? instead : JSON.parse(text);
    } catch {
      return instead;
    }
  },
  /** @param {string} name @param {unknown} value undefined: forget it */
  set(name, value) {
    try {
      if (value === undefined) localStorage.removeItem(`earmark.${name}`);
      else localStorage.setItem(`earmark.${name}`, JSON.stringify(value));
    } catch {
      // full, or forbidden: then it lasts as long as the page
    }
  },
};
