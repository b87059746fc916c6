// A sky of peaks, some of them joined: what a fingerprint is, as an ornament at rest.

import { token } from "./palette.js";

const APART_PX = 34;
const FARTHEST_PX = 110;

/** Draw the same sky each time, whatever the size: it goes on where there is more room. */
export function drawConstellation(context, width, height) {
  const peaks = peaksWithin(width, height);
  context.save();
  context.fillStyle = context.strokeStyle = token("ink");
  context.globalAlpha = 0.16;
  context.lineWidth = 1;
  for (let i = 1; i < peaks.length; i += 1) {
    const [from, to] = [peaks[i - 1], peaks[i]];
    if (i % 3 && Math.hypot(from.x - to.x, from.y - to.y) < FARTHEST_PX) {
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
  }
  context.globalAlpha = 0.4;
  for (const { x, y, radius } of peaks) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

function peaksWithin(width, height) {
  const random = seeded(7);
  const count = Math.ceil(width / APART_PX) * 2;
  return Array.from({ length: count }, (_, i) => ({
    x: (i / 2) * APART_PX + random() * APART_PX,
    y: height * (0.12 + 0.76 * random()),
    radius: 1.2 + 1.6 * random(),
  }));
}

/** Numbers from 0 to 1 that only look like chance (Park and Miller). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
