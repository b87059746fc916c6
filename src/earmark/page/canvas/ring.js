// The ring around the big button: as many strokes as bands, as long as each is loud.

import { token } from "./palette.js";

const STROKES = 72;
const LEAST = 0.06;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} size of the square, in CSS pixels
 * @param {number} inner radius where strokes begin
 * @param {ArrayLike<number>} bands levels, 0 to 255; none: the ring rests
 */
export function drawRing(context, size, inner, bands) {
  const room = size / 2 - inner - 4;
  context.save();
  context.translate(size / 2, size / 2);
  context.strokeStyle = token("ink");
  context.lineCap = "round";
  context.lineWidth = Math.max(2, size / 130);
  for (let i = 0; i < STROKES; i += 1) {
    const length = Math.max(LEAST, levelAt(bands, i)) * room;
    context.globalAlpha = bands.length ? 0.35 + 0.65 * (length / room) : 0.28;
    context.beginPath();
    context.moveTo(0, -inner);
    context.lineTo(0, -inner - length);
    context.stroke();
    context.rotate((2 * Math.PI) / STROKES);
  }
  context.restore();
}

/** The same on both sides, so that the ring closes. */
function levelAt(bands, stroke) {
  if (!bands.length) return 0;
  const across = stroke <= STROKES / 2 ? stroke : STROKES - stroke;
  const band = Math.floor((across / (STROKES / 2 + 1)) * bands.length);
  return (bands[band] / 255) ** 1.6;
}
