// Samples as a file that any program reads: RIFF WAVE, 16 bits, one channel.

const HEAD_BYTES = 44;

/** @param {Int16Array} samples @param {number} rate_hz @returns {Blob} */
export function wavOf(samples, rate_hz) {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  const text = (at, letters) => [...letters].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, HEAD_BYTES - 8 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true); // the length of what follows
  head.setUint16(20, 1, true); // PCM
  head.setUint16(22, 1, true); // channels
  head.setUint32(24, rate_hz, true);
  head.setUint32(28, 2 * rate_hz, true); // bytes a second
  head.setUint16(32, 2, true); // bytes a frame
  head.setUint16(34, 16, true); // bits a sample
  text(36, "data");
  head.setUint32(40, samples.byteLength, true);
  return new Blob([head, samples], { type: "audio/wav" });
}
