// The server's API: one way to ask, one kind of error.

import { caller, unlocked } from "./session.js";

const BASE = new URL("api/v1/", document.baseURI);
const MOST_TRIES = 4;

/** What went wrong, for people: `message` says what, `status` 0 means that no answer came. */
export class Problem extends Error {
  /** @param {number} status @param {{type?: string, title?: string, detail?: string, request_id?: string}} told */
  constructor(status, told = {}) {
    super(told.detail || told.title || `The server answered with ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.kind = (told.type ?? "").replace("urn:earmark:problem:", "");
    this.title = told.title ?? "";
    this.requestId = told.request_id ?? "";
  }

  get isOffline() {
    return this.status === 0;
  }

  get isForbidden() {
    return this.status === 403;
  }

  static offline() {
    return new Problem(0, { detail: "The server does not answer. Is it still running?" });
  }
}

/** The address of something below the API. */
export function address(path, query = {}) {
  const url = new URL(path.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}

/**
 * Ask the server; it wants a key: the user is asked for one, and then it is asked again.
 * @param {string} method
 * @param {string} path
 * @param {{query?: Record<string, unknown>, json?: unknown, body?: BodyInit, signal?: AbortSignal,
 *   headers?: Record<string, string>, read?: (response: Response) => Promise<any>}} [options]
 * @returns {Promise<any>} the answer, as JSON unless `read` says otherwise; null if it has no body
 */
export async function ask(method, path, options = {}) {
  for (let tries = 1; ; tries += 1) {
    const response = await sent(method, path, options);
    if (response.ok) return response.status === 204 ? null : (options.read ?? asJson)(response);
    const problem = await problemOf(response);
    if (response.status === 401 && !path.endsWith("session") && (await unlocked())) continue;
    const wait_s = waitOf(response.status, response.headers.get("retry-after"));
    if (wait_s === null || tries >= MOST_TRIES) throw problem;
    await pause(1000 * wait_s, options.signal);
  }
}

/** Find out who asks, and what they may do. */
export async function meet() {
  caller.set(await get("session"));
}

/** Exchange a key for a session. */
export async function signIn(key) {
  await ask("POST", "session", { headers: { Authorization: `Bearer ${key}` } });
  await meet();
}

/** End the session: this browser needs a key again. */
export async function signOut() {
  await ask("DELETE", "session");
  await meet();
}

const asJson = (response) => response.json();
const asBlob = (response) => response.blob();

export const get = (path, query, signal) => ask("GET", path, { query, signal });
export const getBlob = (path, query, signal) => ask("GET", path, { query, signal, read: asBlob });
export const post = (path, options) => ask("POST", path, options);
export const patch = (path, json) => ask("PATCH", path, { json });
export const remove = (path) => ask("DELETE", path);

/**
 * Send a file, and tell how far it is.
 * @param {string} path
 * @param {Blob} file
 * @param {{query?: Record<string, unknown>, onProgress?: (share: number) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function upload(path, file, options = {}) {
  for (let tries = 1; ; tries += 1) {
    const { status, told, retryAfter } = await uploaded(path, file, options);
    if (status >= 200 && status < 300) return told;
    const problem = status ? new Problem(status, told ?? {}) : Problem.offline();
    if (status === 401 && (await unlocked())) continue;
    const wait_s = waitOf(status, retryAfter);
    if (wait_s === null || tries >= MOST_TRIES) throw problem;
    await pause(1000 * wait_s, options.signal);
  }
}

/**
 * Wait until a task has ended.
 * @param {{id: string}} task
 * @param {{onChange?: (task: any) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the task, done
 */
export async function ended(task, { onChange, signal } = {}) {
  for (let wait_ms = 150; ; wait_ms = Math.min(2000, wait_ms * 1.5)) {
    const found = await get(`tasks/${task.id}`, {}, signal);
    onChange?.(found);
    if (found.state === "done") return found;
    if (found.state === "failed") throw new Problem(found.error?.status ?? 500, found.error ?? {});
    if (found.state === "cancelled") throw new Problem(409, { detail: "It was cancelled." });
    await pause(wait_ms, signal);
  }
}

/**
 * Server-sent events, until the function that is returned is called. The browser connects again by
 * itself, and goes on where it was.
 * @param {string} path
 * @param {Record<string, (data: any, event: MessageEvent) => void>} handlers by the event's name
 * @param {{query?: Record<string, unknown>, onState?: (connected: boolean, isOver?: boolean) => void}} [options]
 *   `isOver`: the server refused, and the browser does not try again
 * @returns {() => void}
 */
export function events(path, handlers, { query, onState } = {}) {
  const source = new EventSource(address(path, query));
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data), event));
  }
  source.onopen = () => onState?.(true);
  source.onerror = () => onState?.(false, source.readyState === EventSource.CLOSED);
  return () => source.close();
}

/** The address of a WebSocket below the API. */
export function socketAddress(path, query) {
  const url = address(path, query);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/** @param {number} ms @param {AbortSignal} [signal] */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

async function sent(method, path, { query, json, body, signal, headers = {} }) {
  const wanted = json === undefined ? headers : { ...headers, "Content-Type": "application/json" };
  const content = json === undefined ? body : JSON.stringify(json);
  try {
    return await fetch(address(path, query), { method, body: content, headers: wanted, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.offline();
  }
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
  const told = await response.json().catch(() => ({}));
  return new Problem(response.status, told);
}

/** How long to wait before asking again; null if that would not help. */
function waitOf(status, retryAfter) {
  if (status !== 429 && status !== 503) return null;
  return Math.min(30, Number(retryAfter) || 1);
}

function uploaded(path, file, { query, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much of a body has gone
    request.open("POST", address(path, query));
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress?.(event.loaded / Math.max(1, event.total));
    request.onload = () =>
      resolve({
        status: request.status,
        told: request.response,
        retryAfter: request.getResponseHeader("retry-after"),
      });
    request.onerror = () => resolve({ status: 0, told: null, retryAfter: null });
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
