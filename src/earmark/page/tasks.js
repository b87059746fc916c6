// Tasks: work that outlives its request. Watched here, and those that this browser began remembered.

import { get, pause } from "./api.js";
import { useEffect, useState } from "./html.js";
import { kept } from "./store.js";

const MOST_REMEMBERED = 60;
const FIRST_MS = 250;
const MOST_MS = 2000;

const ENDED = new Set(["done", "failed", "cancelled"]);

/** @param {{state: string}} task */
export const hasEnded = (task) => ENDED.has(task.state);

/** How far a task is, from 0 to 1; null if nobody knows. */
export function shareOf({ progress }) {
  return progress?.total ? Math.min(1, progress.done / progress.total) : null;
}

/** Remember a task, for keys that may not list all. */
export function rememberTask({ id }) {
  kept.set("tasks", [id, ...kept.get("tasks", [])].slice(0, MOST_REMEMBERED));
}

/**
 * Tasks that this browser began and the server still knows, latest first.
 * @param {AbortSignal} [signal]
 */
export async function ownTasks(signal) {
  const ids = kept.get("tasks", []);
  const found = await Promise.all(ids.map((id) => get(`tasks/${id}`, {}, signal).catch(gone)));
  return found.filter(Boolean);
}

/**
 * Part of all tasks, or, where the key is not good for that, of this browser's own.
 * @param {{kind?: string, cursor?: string, limit: number}} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<{tasks: any[], next_cursor: string | null, isOwnOnly: boolean}>}
 */
export async function listTasks(wanted, signal) {
  try {
    return { ...(await get("tasks", wanted, signal)), isOwnOnly: false };
  } catch (problem) {
    if (!problem.isForbidden) throw problem;
    const own = await ownTasks(signal);
    const tasks = own.filter(({ kind }) => !wanted.kind || kind === wanted.kind);
    return { tasks, next_cursor: null, isOwnOnly: true };
  }
}

/**
 * A task as it goes on, until it has ended.
 * @param {string} path where it is told: `tasks/ID`, or `scans/ID`, which is no other kind
 * @returns {{task: any, problem: any, retry: () => void}}
 */
export function useTask(path) {
  const [seen, setSeen] = useState({ task: null, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    setSeen({ task: null, problem: null });
    watch(path, (task) => setSeen({ task, problem: null }), closing.signal).catch((problem) => {
      if (!closing.signal.aborted) setSeen((now) => ({ ...now, problem }));
    });
    return () => closing.abort();
  }, [path, turn]);
  return { ...seen, retry: () => setTurn((count) => count + 1) };
}

async function watch(path, onChange, signal) {
  for (let wait_ms = FIRST_MS; ; wait_ms = Math.min(MOST_MS, wait_ms * 1.4)) {
    const task = await get(path, {}, signal);
    onChange(task);
    if (hasEnded(task)) return;
    await pause(wait_ms, signal);
  }
}

function gone(problem) {
  if (problem.status === 404) return null;
  throw problem;
}
