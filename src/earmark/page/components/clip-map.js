// A clip's spectrogram, and over it which of the track's peaks it has.

import { Frequencies, drawFrequencies, pitch } from "../canvas/axes.js";
import { Contrast, Levels } from "../canvas/levels.js";
import { token } from "../canvas/palette.js";
import { drawDots, drawRings } from "../canvas/peaks.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { count } from "../words.js";
import { ChartOverview, ChartReading, ChartTools, TimeChart, momentOf, useChart } from "./time-chart.js";

const LEAST_S = 0.5;

/** @param {{explanation: any, head: any}} props `head`: a store of where the clip plays, in seconds */
export function ClipMap({ explanation, head }) {
  const { duration_s, exhibit } = explanation;
  const chart = useChart(0, duration_s, Math.min(LEAST_S, duration_s));
  const frequencies = useMemo(() => new Frequencies(exhibit.spectrogram.row_hz), [exhibit]);
  const levels = useLevels(exhibit.spectrogram);
  const sorts = useMemo(() => sortsOf(exhibit), [exhibit]);
  const [hidden, setHidden] = useState([]);
  const read = ({ at_s, height }) => `${momentOf(chart.viewport, at_s)} · ${pitch(frequencies.hz(height))}`;
  const draw = (context, frame) => {
    if (levels) drawLevels(context, frame, levels, exhibit.spectrogram.column_s);
    for (const sort of sorts) if (!hidden.includes(sort.name)) drawSort(context, frame, frequencies, sort);
    drawFrequencies(context, frame, frequencies);
  };
  const toggle = (name) => setHidden(hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name]);
  return html`<section class="clip-map" aria-labelledby="clip-map" aria-busy=${!levels}>
    <h2 id="clip-map">What is heard</h2>
    <div class="chart-head">
      <${Legend} sorts=${sorts} hidden=${hidden} onToggle=${toggle} />
      <${ChartReading} chart=${chart} read=${read} rest="" />
      <${ChartTools} chart=${chart} />
    </div>
    <${TimeChart} chart=${chart} label="Spectrogram of the clip, with the peaks that agree" text=${textOf(sorts)} draw=${draw} read=${read}
      inputs=${[levels, sorts, hidden]} head=${head} />
    <${ChartOverview} chart=${chart} />
  </section>`;
}

/** Peaks by what becomes of them, in the order in which they are drawn. */
function sortsOf({ clip_peaks, track_peaks }) {
  const of = (isHeard) => {
    const chosen = track_peaks.heard.flatMap((heard, i) => (heard === isHeard ? [i] : []));
    return {
      time_s: chosen.map((i) => track_peaks.time_s[i]),
      frequency_hz: chosen.map((i) => track_peaks.frequency_hz[i]),
    };
  };
  const sorts = [{ name: "clip", says: "Peaks of the clip", ...clip_peaks }];
  if (!track_peaks.heard.length) return sorts;
  return [
    ...sorts,
    { name: "missing", says: "Of the track, missing", ...of(false) },
    { name: "heard", says: "Of the track, heard", ...of(true) },
  ];
}

/** What is what; each can be left out. */
function Legend({ sorts, hidden, onToggle }) {
  return html`<div class="legend" role="group" aria-label="What is shown">
    ${[...sorts].reverse().map(({ name, says, time_s }) => html`<button type="button" key=${name} class="legend-item ${name}" aria-pressed=${!hidden.includes(name)} onClick=${() => onToggle(name)}>
      <i aria-hidden="true"></i>${says} <span class="quiet">${count(time_s.length)}</span>
    </button>`)}
  </div>`;
}

function textOf(sorts) {
  return `${sorts.map(({ says, time_s }) => `${says}: ${count(time_s.length)}`).join(". ")}.`;
}

function drawSort(context, frame, frequencies, { name, time_s, frequency_hz }) {
  const places = time_s.flatMap((at_s, i) => (at_s < frame.from_s - 1 || at_s > frame.to_s + 1 ? [] : [[frame.x(at_s), frame.height * (1 - frequencies.height(frequency_hz[i]))]]));
  const near = Math.sqrt((frame.width * frame.height) / (places.length + 80));
  const radius = Math.min(5, Math.max(1.8, near / 5));
  if (name === "clip") drawFaint(context, places, Math.max(0.9, radius / 3));
  else if (name === "heard") drawDots(context, places, radius, token("peak"), token("peak-rim"));
  else drawRings(context, places, radius, token("danger"), token("paper"));
}

function drawFaint(context, places, radius) {
  context.globalAlpha = 0.6;
  drawDots(context, places, radius, token("peak-other"));
  context.globalAlpha = 1;
}

function drawLevels(context, { x, height }, levels, column_s) {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(levels.picture(), x(0), 0, x(levels.columns * column_s) - x(0), height);
}

/** The levels of a picture that came as text. */
function useLevels({ png }) {
  const [levels, setLevels] = useState(null);
  useEffect(() => {
    let isWanted = true;
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    Levels.of(new Blob([bytes], { type: "image/png" }), Contrast.of).then((found) => isWanted && setLevels(found));
    return () => {
      isWanted = false;
    };
  }, [png]);
  return levels;
}
