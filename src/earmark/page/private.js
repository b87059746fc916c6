// Private mode: the browser finds the peaks, and only they are sent. The sound stays where it is.

import { get, post, Problem } from "./api.js";
import { isKnown } from "./peaks/finder.js";

const DECODED_HZ = 44100;

let asked = null;
let worker = null;
let latest = 0;
const waiting = new Map();

/**
 * How peaks are found here: the server is asked once.
 * @returns {Promise<import("./peaks/finder.js").Rule>}
 * @throws {Problem}
 */
export async function peaksRule() {
  asked ??= get("peaks").catch((problem) => {
    asked = null; // the next one asks anew
    throw problem;
  });
  const rule = await asked;
  if (!isKnown(rule)) {
    throw new Problem(501, { detail: "Private mode does not know how this library finds its peaks." });
  }
  return rule;
}

/**
 * The peaks of a clip, found in a worker.
 * @param {Float32Array} samples one channel, full scale 1
 * @param {number} rate_hz
 * @returns {Promise<import("./peaks/finder.js").Payload>}
 */
export async function fingerprint(samples, rate_hz) {
  const rule = await peaksRule();
  latest += 1;
  const id = latest;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    finder().postMessage({ id, rule, rate_hz, samples });
  });
}

/**
 * Have a clip named by its peaks.
 * @param {Float32Array} samples
 * @param {number} rate_hz
 * @param {{name?: string, query?: Record<string, unknown>, signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the answer
 */
export async function identifyByPeaks(samples, rate_hz, { name, query, signal } = {}) {
  const peaks = await fingerprint(samples, rate_hz);
  return post("identify", { query, json: { ...peaks, name }, signal });
}

/**
 * Have a file named by its peaks; the browser decodes it.
 * @param {File} file
 * @returns {Promise<any>} the answer
 * @throws {Problem}
 */
export async function identifyFile(file) {
  const { max_clip_s } = await peaksRule();
  const sound = await decoded(file);
  const count = Math.min(sound.length, Math.round(max_clip_s * sound.sampleRate));
  return identifyByPeaks(mono(sound, count), sound.sampleRate, { name: file.name });
}

function finder() {
  if (worker) return worker;
  worker = new Worker(new URL("./peaks/worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: { id, peaks } }) => {
    waiting.get(id)(peaks);
    waiting.delete(id);
  };
  return worker;
}

async function decoded(file) {
  try {
    const context = new OfflineAudioContext(1, 1, DECODED_HZ);
    return await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new Problem(422, { detail: "This browser cannot play it. Without private mode, the server tries." });
  }
}

/** The mean of the channels. */
function mono(sound, count) {
  const mean = new Float32Array(count);
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const samples = sound.getChannelData(channel);
    for (let i = 0; i < count; i += 1) mean[i] += samples[i] / sound.numberOfChannels;
  }
  return mean;
}
