// Finds peaks in a thread of its own, so that the page stays quick.

import { PeakFinder } from "./finder.js";

onmessage = ({ data: { id, rule, rate_hz, samples } }) => {
  const finder = new PeakFinder(rule, rate_hz);
  finder.feed(samples);
  postMessage({ id, peaks: finder.finish() });
};
