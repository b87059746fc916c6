// Where one is: `#/track/ID?at=83.2` is the view `track`, the parts ["ID"] and the query {at: "83.2"}.
// The part after `#` never reaches a server, so that the page works below any address.

import { createStore } from "./store.js";

/** @typedef {{view: string, parts: string[], query: Record<string, string>}} Place */

export const START = "listen";

/** @param {string} hash @returns {Place} */
export function placeOf(hash) {
  const [path, search = ""] = hash.replace(/^#?\/?/, "").split("?");
  const [view, ...parts] = path.split("/").filter(Boolean).map(decoded);
  return { view: view || START, parts, query: Object.fromEntries(new URLSearchParams(search)) };
}

/**
 * The address of a place, for a link.
 * @param {string} view
 * @param {string[]} [parts]
 * @param {Record<string, string | number | undefined>} [query]
 */
export function href(view, parts = [], query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
  return `#/${[view, ...parts].map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

export const place = createStore(placeOf(location.hash));
addEventListener("hashchange", () => place.set(placeOf(location.hash)));

/** Go to a place; `replace` leaves no step to go back to. */
export function go(address, { replace = false } = {}) {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  place.set(placeOf(address));
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % that somebody typed
  }
}
