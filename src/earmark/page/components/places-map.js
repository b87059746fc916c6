// How many peaks agree wherever the clip might begin in the track: a true place stands out.

import { FONT, label } from "../canvas/axes.js";
import { token } from "../canvas/palette.js";
import { html, useMemo } from "../html.js";
import { href } from "../router.js";
import { useStore } from "../store.js";
import { clock, count, many, titleOf } from "../words.js";
import { Button } from "./button.js";
import { play } from "./player.js";
import { ChartOverview, ChartReading, ChartTools, TimeChart, momentOf, useChart } from "./time-chart.js";

const LEAST_S = 2;
const APART_S = 1;
const SHOWN = 4;
const HEAD_PX = 26;

/** @param {{best: any, places: {start_s: number, apart_s: number, agreeing: number[]}}} props */
export function PlacesMap({ best, places }) {
  const { match } = best;
  const chart = useChart(places.start_s, places.start_s + places.apart_s * (places.agreeing.length - 1), LEAST_S, { hasHeights: false });
  const tops = useMemo(() => topsOf(places, best), [places]);
  const read = ({ at_s }) => `${momentOf(chart.viewport, at_s)} · ${many(agreeingAt(places, at_s), "peak")}`;
  const draw = (context, frame) => drawPlaces(context, frame, best, places);
  const picked = useStore(chart.picked);
  return html`<section class="places-map" aria-labelledby="places-map">
    <h2 id="places-map">Where it could begin in <a href=${href("track", [match.track.id], { at: Math.max(0, match.offset_s) })}>${titleOf(match.track)}</a></h2>
    <p class="quiet">Peaks that agree, at every place of the track. A true place stands out like a needle.</p>
    <div class="chart-head">
      <${ChartReading} chart=${chart} read=${read} rest="" />
      ${picked && html`<${Button} icon="play" onClick=${() => play(match.track, picked.at_s)}>From ${clock(Math.max(0, picked.at_s))}<//>`}
      <${ChartTools} chart=${chart} />
    </div>
    <${TimeChart} chart=${chart} label="Peaks that agree at every place of the track" text=${textOf(tops)} draw=${draw} read=${read}
      inputs=${[best, places]} onEnter=${(at_s) => play(match.track, at_s)} class="low" />
    <${ChartOverview} chart=${chart} />
    <div class="tops">
      <h3 class="small quiet">The best places</h3>
      <ol>${tops.map(({ at_s, agreeing }) => html`<li key=${at_s}>
        <${Button} icon="play" aria-label="Play from ${clock(Math.max(0, at_s))}, where ${many(agreeing, "peak")} agree" onClick=${() => play(match.track, at_s)}>${clock(at_s)} <span class="quiet">${many(agreeing, "peak")}</span><//>
      </li>`)}</ol>
    </div>
  </section>`;
}

/** The best place, and the highest of the others, each apart from the rest. */
function topsOf(places, { match: { offset_s }, found: most }) {
  const { start_s, apart_s, agreeing } = places;
  const order = agreeing.map((_, i) => i).sort((a, b) => agreeing[b] - agreeing[a] || a - b);
  const found = [{ at_s: offset_s, agreeing: most }];
  for (const i of order) {
    if (found.length === SHOWN || !agreeing[i]) break;
    const at_s = start_s + i * apart_s;
    if (found.every((other) => Math.abs(other.at_s - at_s) >= APART_S)) found.push({ at_s, agreeing: agreeing[i] });
  }
  return found;
}

function agreeingAt({ start_s, apart_s, agreeing }, at_s) {
  const i = Math.round((at_s - start_s) / apart_s);
  return agreeing[Math.min(agreeing.length - 1, Math.max(0, i))];
}

function textOf(tops) {
  const told = tops.map(({ at_s, agreeing }) => `${count(agreeing)} at ${clock(at_s)}`);
  return `Most peaks agree: ${told.join(", ")}.`;
}

/** One column for each pixel, as high as the most that agree within it. */
function drawPlaces(context, { from_s, to_s, width, height, x }, best, { start_s, apart_s, agreeing }) {
  const most = Math.max(...agreeing, best.chance * best.expected, 1);
  const room = height - HEAD_PX;
  const y = (peaks) => height - (peaks / most) * room;
  const first = Math.max(0, Math.floor((from_s - start_s) / apart_s));
  const last = Math.min(agreeing.length - 1, Math.ceil((to_s - start_s) / apart_s));
  context.beginPath();
  context.moveTo(x(start_s + first * apart_s), height);
  for (const [at_s, peaks] of thinned(agreeing, first, last, width, start_s, apart_s)) context.lineTo(x(at_s), y(peaks));
  context.lineTo(x(start_s + last * apart_s), height);
  context.fillStyle = token("line-strong");
  context.fill();
  drawChance(context, width, y(best.chance * best.expected));
  const at_s = best.match.offset_s;
  drawBest(context, x(at_s), y(agreeingAt({ start_s, apart_s, agreeing }, at_s)), height, `${clock(at_s)}`, width);
}

/** The highest of the places that share a pixel. */
function* thinned(agreeing, first, last, width, start_s, apart_s) {
  const step = Math.max(1, Math.floor((last - first) / (2 * width)));
  for (let i = first; i <= last; i += step) {
    let top = i;
    for (let j = i + 1; j < Math.min(i + step, last + 1); j += 1) if (agreeing[j] > agreeing[top]) top = j;
    yield [start_s + top * apart_s, agreeing[top]];
  }
}

function drawChance(context, width, y) {
  context.font = FONT;
  context.setLineDash([2, 4]);
  context.strokeStyle = token("ink-2");
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = token("ink-2");
  context.textAlign = "left";
  context.textBaseline = "bottom";
  label(context, "chance", 6, y - 2);
}

function drawBest(context, at, top, height, text, width) {
  context.fillStyle = token("ink");
  context.fillRect(at - 2, top, 4, height - top);
  context.fillStyle = token("marker");
  context.fillRect(at - 1, top, 2, height - top);
  context.beginPath();
  context.arc(at, top, 5.5, 0, 2 * Math.PI);
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = token("on-marker");
  context.stroke();
  context.fillStyle = token("ink");
  const isRight = at > width - 70;
  context.textAlign = isRight ? "right" : "left";
  context.textBaseline = "middle";
  label(context, text, at + (isRight ? -10 : 10), top);
}
