// Listening, from the press of the button to a name: the steps, without how they look.

import { Microphone } from "./audio/microphone.js";
import { wavOf } from "./audio/wav.js";
import { keepClip } from "./clips.js";
import { remember } from "./history.js";
import { LiveConnection } from "./live.js";
import { createStore, kept } from "./store.js";

const MOST_LOST = 4;
const AGAIN_AFTER_MS = 800;
const MOST_CANDIDATES = 3;

const RESTING = {
  /** @type {"resting" | "asking" | "listening" | "again"} again: the connection was lost */
  phase: "resting",
  began_ms: 0,
  /** @type {any[]} matches that may be it, the likeliest first */
  candidates: [],
  /** Why the last listening ended without a name: unknown, silence, or a problem. */
  /** @type {null | {kind: string, message?: string}} */
  trouble: null,
  /** @type {null | {match: any, rival: any, clipId: string | null, began_ms: number, isOver: boolean}} */
  found: null,
};

/** What is going on. */
export const listening = createStore({
  ...RESTING,
  goesOn: kept.get("goesOn", false),
  isPrivate: kept.get("isPrivate", false),
});

let microphone = null;
let connection = null;
let Connection = LiveConnection;
let lost = 0;

/** The spectrum of what is heard at the moment; null if nothing is. */
export const analyser = () => microphone?.analyser ?? null;

/** Begin to listen. */
export async function begin() {
  if (listening.get().phase !== "resting") return;
  listening.change({ ...RESTING, phase: "asking" });
  lost = 0;
  try {
    Connection = await connectionClass();
    await Connection.check();
    const opened = await Microphone.open((samples) => connection?.send(samples));
    if (listening.get().phase !== "asking") return opened.close(); // stopped meanwhile
    microphone = opened;
    connect();
  } catch (error) {
    rest({ trouble: { kind: error.isOffline ? "offline" : error.kind || "problem", message: error.message } });
  }
}

/** Stop, and keep what was found. */
export function stop() {
  rest({});
}

/** Whether to go on once something was found. */
export function goOn(goesOn) {
  kept.set("goesOn", goesOn);
  listening.change({ goesOn });
}

/** Whether only peaks are sent, and no sound; what is being listened to is dropped. */
export function keepPrivate(isPrivate) {
  rest({ isPrivate });
  kept.set("isPrivate", isPrivate);
}

/** Forget what was found. */
export function clear() {
  listening.change({ found: null, trouble: null, candidates: [] });
}

/** Private mode is fetched when it is wanted. */
async function connectionClass() {
  if (!listening.get().isPrivate) return LiveConnection;
  const { PrivateConnection } = await import("./private-connection.js");
  return PrivateConnection;
}

function connect() {
  const began_ms = performance.now();
  connection = new Connection(microphone.rate_hz, {
    onReady: () => listening.change({ phase: "listening", began_ms: performance.now(), candidates: [] }),
    onUpdate: (update) => hear(update),
    onEnd: (problem) => reconnect(problem, performance.now() - began_ms),
  });
}

/** A connection that was lost is made again; one that stood for a while has its tries anew. */
function reconnect(problem, stood_ms) {
  if (stood_ms > 10_000) lost = 0;
  lost += 1;
  if (lost > MOST_LOST) {
    rest({ trouble: { kind: "lost", message: problem?.message } });
    return;
  }
  connection = null;
  listening.change({ phase: "again" });
  setTimeout(() => listening.get().phase === "again" && connect(), AGAIN_AFTER_MS * lost);
}

function hear({ kind, match }) {
  if (kind === "candidate") listening.change({ candidates: withCandidate(match), trouble: null });
  else if (kind === "started") decide(match);
  else if (kind === "ended") endOf(match);
  else if (kind === "sound") listening.change({ trouble: null });
  else if (!listening.get().found || kind === "silence") listening.change({ trouble: { kind } });
}

function decide(match) {
  const { began_ms, candidates, goesOn, isPrivate } = listening.get();
  const rival = candidates.find((other) => other.track.id !== match.track.id) ?? null;
  // to explain a clip, its sound has to be sent
  const clipId = isPrivate ? null : keepClip(wavOf(microphone.latest(), microphone.rate_hz), "what the microphone heard");
  remember({ match, clipId });
  listening.change({ found: { match, rival, clipId, began_ms, isOver: false }, candidates: [], trouble: null });
  if (!goesOn || isPrivate) rest({});
}

function endOf(match) {
  const { found } = listening.get();
  if (found?.match.track.id === match.track.id) listening.change({ found: { ...found, isOver: true } });
}

function withCandidate(match) {
  const others = listening.get().candidates.filter((other) => other.track.id !== match.track.id);
  return [match, ...others].sort((a, b) => b.confidence - a.confidence).slice(0, MOST_CANDIDATES);
}

function rest(changes) {
  connection?.drop();
  connection = null;
  microphone?.close();
  microphone = null;
  listening.change({ phase: "resting", candidates: [], ...changes });
}
