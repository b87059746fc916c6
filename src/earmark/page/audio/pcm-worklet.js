// Runs beside the page, in the thread of the sound: gathers samples and hands them over.

const GATHERED_S = 0.1;

class Pcm extends AudioWorkletProcessor {
  constructor() {
    super();
    this._gathered = new Int16Array(Math.round(GATHERED_S * sampleRate));
    this._count = 0;
  }

  process([channels]) {
    const frames = channels[0]?.length ?? 0;
    for (let i = 0; i < frames; i += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      const sample = Math.max(-1, Math.min(1, sum / channels.length));
      this._gathered[this._count] = Math.round(sample * 32767);
      this._count += 1;
      if (this._count === this._gathered.length) this._handOver();
    }
    return true;
  }

  _handOver() {
    const { buffer } = this._gathered;
    this.port.postMessage(buffer, [buffer]);
    this._gathered = new Int16Array(Math.round(GATHERED_S * sampleRate));
    this._count = 0;
  }
}

registerProcessor("pcm", Pcm);
