// The microphone, as samples to be sent and as a spectrum to be looked at.

const RATE_HZ = 16000;
const KEPT_S = 12;

/** What the user can do about a microphone that cannot be had. */
export class MicrophoneProblem extends Error {
  /** @param {"insecure" | "refused" | "missing" | "busy"} kind */
  constructor(kind, message) {
    super(message);
    this.name = "MicrophoneProblem";
    this.kind = kind;
  }
}

/** A microphone that is being listened to. */
export class Microphone {
  /**
   * Ask for the microphone, and listen to it.
   * @param {(samples: Int16Array) => void} onSamples a tenth of a second each, one channel
   * @returns {Promise<Microphone>}
   * @throws {MicrophoneProblem}
   */
  static async open(onSamples) {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new MicrophoneProblem("insecure", "Browsers give the microphone only to pages over HTTPS, or of this very machine.");
    }
    const stream = await asked();
    try {
      const context = contextFor(stream);
      await context.resume();
      await context.audioWorklet.addModule(new URL("./pcm-worklet.js", import.meta.url));
      return new Microphone(stream, context, onSamples);
    } catch (error) {
      release(stream); // else the browser would go on showing that it is heard
      throw error;
    }
  }

  constructor(stream, context, onSamples) {
    this.rate_hz = context.sampleRate;
    this._stream = stream;
    this._context = context;
    this._latest = [];
    const source = context.createMediaStreamSource(stream);
    this._worklet = new AudioWorkletNode(context, "pcm"); // kept: else it is collected, and silent
    this._worklet.port.onmessage = ({ data }) => {
      const samples = new Int16Array(data);
      this._keep(samples);
      onSamples(samples);
    };
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.analyser.smoothingTimeConstant = 0.2;
    this.analyser.minDecibels = -95;
    this.analyser.maxDecibels = -25;
    source.connect(this._worklet).connect(context.destination); // of silence, so that it is pulled
    source.connect(this.analyser);
  }

  /** The latest seconds that were heard, shape (n,). */
  latest() {
    const all = new Int16Array(this._latest.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this._latest) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  close() {
    release(this._stream);
    this._context.close().catch(() => {});
  }

  _keep(samples) {
    this._latest.push(samples);
    if (this._latest.length * samples.length > KEPT_S * this.rate_hz) this._latest.shift();
  }
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** Music is to come as it is: what makes speech clearer makes music unknown. */
async function asked() {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw problemOf(error);
  }
}

function problemOf(error) {
  if (error.name === "NotAllowedError") return new MicrophoneProblem("refused", "This page may not use the microphone. Allow it in the browser's settings for this site, then try again.");
  if (error.name === "NotFoundError") return new MicrophoneProblem("missing", "This device has no microphone.");
  return new MicrophoneProblem("busy", "The microphone cannot be used. Perhaps another program has it.");
}

/** A context at a rate that suffices; a browser that does not resample streams has its own. */
function contextFor(stream) {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  try {
    context.createMediaStreamSource(stream).disconnect();
    return context;
  } catch {
    context.close();
    return new AudioContext();
  }
}
