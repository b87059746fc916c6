// The document's title, which tabs and histories show: what is looked at, and before it what is heard.

import { useEffect } from "./html.js";
import { createStore } from "./store.js";

const NAME = "Earmark";

/** Of the view as a whole, of what it shows, and of what is heard; the latter two may be empty. */
const told = createStore({ view: "", shown: "", heard: "" });

told.subscribe(({ view, shown, heard }) => {
  const seen = shown || view;
  document.title = [heard, heard.endsWith(seen) ? "" : seen, NAME].filter(Boolean).join(" · "); // no name twice
});

/**
 * Tell something in the title, as long as a component is there.
 * @param {"view" | "shown" | "heard"} part
 * @param {string} text empty: nothing
 */
export function useTitle(part, text) {
  useEffect(() => {
    told.change({ [part]: text });
    return () => told.change({ [part]: "" });
  }, [part, text]);
}
