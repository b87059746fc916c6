// Files on their way into the library: sent two at a time, then watched until they are in it.

import { ended, upload } from "./api.js";
import { createStore } from "./store.js";

const AT_ONCE = 2;
const MOST_UNFINISHED = 8;

/** @typedef {"waiting" | "sending" | "working" | "added" | "known" | "failed"} State */
/** @typedef {{id: number, file: File | null, name: string, state: State, share: number, why: string, track: any}} Upload */

/** All of them, in the order in which they were chosen. */
export const uploads = createStore(/** @type {Upload[]} */ ([]));

const listeners = new Set();
let latest = 0;

/** Call a function for each track that was added; returns how to end that. */
export function onAdded(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {File[]} files */
export function addFiles(files) {
  const added = files.map((file) => {
    latest += 1;
    return { id: latest, file, name: file.name, state: "waiting", share: 0, why: "", track: null };
  });
  uploads.set([...uploads.get(), ...added]);
  advance();
}

/** Try once more what failed. */
export function retry(id) {
  change(id, { state: "waiting", share: 0, why: "" });
  advance();
}

/** Forget those that have ended. */
export function clearEnded() {
  uploads.set(uploads.get().filter(({ state }) => !["added", "known", "failed"].includes(state)));
}

/** How many are in which state. */
export function tally(list) {
  const counts = { waiting: 0, sending: 0, working: 0, added: 0, known: 0, failed: 0 };
  for (const { state } of list) counts[state] += 1;
  return counts;
}

function advance() {
  const list = uploads.get();
  const { sending, working } = tally(list);
  if (sending >= AT_ONCE || sending + working >= MOST_UNFINISHED) return;
  const next = list.find(({ state }) => state === "waiting");
  if (!next) return;
  run(next).finally(advance);
  advance();
}

async function run({ id, file }) {
  change(id, { state: "sending" });
  try {
    const onProgress = (share) => change(id, { share });
    const task = await upload("tracks", file, { query: { name: file.name }, onProgress });
    change(id, { state: "working", share: 1 });
    advance();
    const { result } = await ended(task);
    settle(id, result);
  } catch (error) {
    change(id, { state: "failed", why: error.message });
  }
}

function settle(id, { tracks, skipped }) {
  if (!tracks.length) {
    change(id, { state: "failed", why: skipped[0]?.cause ?? "It was passed over." });
    return;
  }
  const [{ is_new, track }] = tracks;
  change(id, { state: is_new ? "added" : "known", track, file: null });
  if (is_new) for (const listener of listeners) listener(track);
}

function change(id, part) {
  uploads.set(uploads.get().map((one) => (one.id === id ? { ...one, ...part } : one)));
}
