// The stations that the server listens to, and what they play: told by it as it changes.

import { events, get } from "./api.js";
import { createStore } from "./store.js";

const AGAIN_MS = 3000;

const NOTHING = {
  /** @type {null | any[]} null: not told yet */
  monitors: null,
  /** How far the server's clock is ahead of this one. */
  ahead_ms: 0,
  isConnected: false,
  problem: null,
};

/** What was told last. */
export const stations = createStore(NOTHING);

/** The time at the server. */
export const serverNow = () => Date.now() + stations.get().ahead_ms;

/**
 * Be told, until the function that is returned is called. A connection that is lost is made again,
 * by the browser or, where the server refused it, here.
 * @returns {() => void}
 */
export function watchStations() {
  const watching = { end: () => {}, timer: 0, isOver: false };
  begin(watching);
  return () => {
    watching.isOver = true;
    watching.end();
    clearTimeout(watching.timer);
  };
}

async function begin(watching) {
  try {
    await get("monitors"); // an EventSource could not tell why it is refused, nor ask for a key
  } catch (problem) {
    stations.change({ problem, isConnected: false });
    if (!problem.isForbidden && problem.status !== 401) again(watching);
    return;
  }
  if (watching.isOver) return;
  watching.end = events(
    "monitors/stream",
    { monitors: (told) => hear(told) },
    { onState: (isConnected, isOver) => (isOver ? again(watching) : stations.change({ isConnected })) },
  );
}

function again(watching) {
  watching.end();
  stations.change({ isConnected: false });
  if (!watching.isOver) watching.timer = setTimeout(() => begin(watching), AGAIN_MS);
}

function hear({ monitors, now }) {
  const ahead_ms = new Date(now).getTime() - Date.now();
  stations.change({ monitors, ahead_ms, problem: null, isConnected: true });
}
