// What was found in a long recording, along its time. For the eye and the hand: everything in it is
// also in the table of spans.

import { timeTicks } from "../canvas/axes.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { byline, certainty, clock, manner, percent, stretch, titleOf } from "../words.js";
import { useZooming } from "../zooming.js";
import { ChartTools, gesturesOf, useChart, useZoom } from "./time-chart.js";

const LEAST_S = 8;
const TOUCHING_S = 0.25;
const SURE = 0.95;
const STEP = 0.5;
const FAR = 0.25;
/** Room for the last time that is written. */
const TICK_PX = 56;

/**
 * @param {{spans: any[], duration_s: number, chosen: number | null,
 *   onChoose: (index: number, at_s: number) => void}} props `spans` by their beginnings; `chosen`: the
 *   index of one
 */
export function Timeline({ spans, duration_s, chosen, onChoose }) {
  const chart = useChart(0, duration_s, LEAST_S);
  const { viewport } = chart;
  const field = useRef(null);
  const width = useWidth(field);
  const [told, setTold] = useState(null);
  const { lanes, laneOf } = useMemo(() => lanesOf(spans), [spans]);
  useZoom(chart); // to be drawn again
  useZooming(field, gesturesOf(viewport));
  useEffect(() => {
    if (chosen !== null) reveal(viewport, spans[chosen]);
  }, [chosen]);

  return html`<section class="timeline" aria-label="Timeline" onKeyDown=${(event) => pressed(event, viewport, spans)}>
    <div class="timeline-head">
      <p class="timeline-told" aria-hidden="true">${told === null ? html`<span class="quiet">Point at a stretch to see what it is; choose it to hear it.</span>` : html`<${Told} span=${spans[told]} />`}</p>
      <${ChartTools} chart=${chart} />
    </div>
    <div class="timeline-field" ref=${field} style=${{ "--lanes": lanes }} onPointerLeave=${() => setTold(null)}>
      <${Spans} ...${{ spans, viewport, laneOf, chosen, onChoose }} onTell=${setTold} />
    </div>
    <div class="timeline-ticks" aria-hidden="true">
      ${timeTicks(viewport.from_s, viewport.to_s - (TICK_PX / Math.max(1, width)) * viewport.span_s, width).map(({ at_s, text }) => html`<span key=${at_s} style=${placed(at_s, at_s, viewport)}>${text}</span>`)}
    </div>
    <${Overview} ...${{ spans, viewport, laneOf, lanes }} />
  </section>`;
}

/** The spans in sight; the arrow keys go from one to the next, wherever that is. */
function Spans({ spans, viewport, laneOf, chosen, onChoose, onTell }) {
  const list = useRef(null);
  const wanted = useRef(null);
  const [current, setCurrent] = useState(null);
  const inSight = spans.map((_, index) => index).filter((index) => isInSight(spans[index], viewport));
  const stop = inSight.includes(current ?? chosen) ? (current ?? chosen) : inSight[0];
  const shown = current === null || inSight.includes(current) ? inSight : [...inSight, current].sort((a, b) => a - b); // it may have the focus
  useEffect(() => {
    const element = wanted.current !== null && list.current.querySelector(`[data-span="${wanted.current}"]`);
    if (!element) return; // it may be there only after the next time
    wanted.current = null;
    element.focus();
  });

  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -spans.length, End: spans.length }[event.key];
    if (!by || event.shiftKey) return;
    event.preventDefault();
    wanted.current = Math.min(spans.length - 1, Math.max(0, (current ?? stop) + by));
    setCurrent(wanted.current);
    reveal(viewport, spans[wanted.current]);
  };
  return html`<div class="timeline-spans" ref=${list} onKeyDown=${keys}>
    ${shown.map((index) => html`<${Span} key=${index} ...${{ index, span: spans[index], viewport, lane: laneOf[index] }}
      isChosen=${index === chosen} isStop=${index === stop} onChoose=${onChoose} onTell=${onTell} onFocus=${() => setCurrent(index)} />`)}
  </div>`;
}

function Span({ index, span, viewport, lane, isChosen, isStop, onChoose, onTell, onFocus }) {
  const { track, start_s, end_s, confidence } = span;
  const name = ["span", !track && "unknown", track && confidence < SURE && "unsure"].filter(Boolean).join(" ");
  return html`<button type="button" class=${name} data-span=${index} aria-label=${spoken(span)} aria-pressed=${isChosen}
    tabindex=${isStop ? 0 : -1} style=${{ ...placed(start_s, end_s, viewport), "--lane": lane, "--seen": seenOf(span, viewport) }}
    onClick=${(event) => onChoose(index, event.detail ? clickedAt(event, span) : start_s)} onPointerEnter=${() => onTell(index)}
    onFocus=${() => {
      onTell(index);
      onFocus();
    }} onBlur=${() => onTell(null)}>
    <span class="span-words"><strong>${track ? titleOf(track) : "Unknown"}</strong>${track?.artist && html`<span>${track.artist}</span>`}</span>
  </button>`;
}

/** Which moment of the recording was clicked at; `detail` of a key's click is 0. */
function clickedAt(event, { start_s, end_s }) {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
  return start_s + share * (end_s - start_s);
}

function Told({ span }) {
  const { track, start_s, end_s } = span;
  if (!track) return html`<strong>Unknown</strong> <span class="quiet">${stretch(start_s, end_s)}</span>`;
  const sure = `${certainty(span.confidence)}, ${percent(span.confidence)}`;
  const facts = [stretch(start_s, end_s), manner(span), sure, byline(track)];
  return html`<strong>${titleOf(track)}</strong> <span class="quiet">${facts.filter(Boolean).join(" · ")}</span>`;
}

/** What a span is, for who does not see where it lies. */
function spoken(span) {
  const { track, start_s, end_s, confidence } = span;
  if (!track) return `Unknown, ${clock(start_s)} to ${clock(end_s)}`;
  const by = track.artist ? ` by ${track.artist}` : "";
  const changed = manner(span) && `, ${manner(span)}`;
  return `${titleOf(track)}${by}, ${clock(start_s)} to ${clock(end_s)}${changed}, ${certainty(confidence).toLowerCase()}`;
}

/** All of the recording in little, and where in it one is; dragging moves. */
function Overview({ spans, viewport, laneOf, lanes }) {
  const strip = useRef(null);
  const all = { from_s: viewport.start_s, span_s: viewport.end_s - viewport.start_s };
  const go = (event) => {
    if (!event.buttons) return;
    const { left, width } = strip.current.getBoundingClientRect();
    const at_s = all.from_s + ((event.clientX - left) / width) * all.span_s;
    viewport.still();
    viewport.pan(at_s - (viewport.from_s + viewport.to_s) / 2);
  };
  return html`<div class="overview" aria-hidden="true" ref=${strip} style=${{ "--lanes": lanes }} onPointerMove=${go} onPointerDown=${(event) => {
    strip.current.setPointerCapture(event.pointerId);
    go(event);
  }}>
    ${spans.map(({ track, start_s, end_s }, index) => html`<i key=${index} class=${track ? "" : "unknown"} style=${{ ...placed(start_s, end_s, all), "--lane": laneOf[index] }}></i>`)}
    ${!viewport.isWhole && html`<b style=${placed(viewport.from_s, viewport.to_s, all)}></b>`}
  </div>`;
}

/**
 * Give every span a lane, so that none lies over another.
 * @param {{start_s: number, end_s: number}[]} spans by their beginnings
 * @returns {{lanes: number, laneOf: number[]}} how many there are, and the lane of each span
 */
function lanesOf(spans) {
  const ends = [];
  const laneOf = spans.map(({ start_s, end_s }) => {
    const free = ends.findIndex((end) => end <= start_s + TOUCHING_S);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end_s;
    return lane;
  });
  return { lanes: Math.max(1, ends.length), laneOf };
}

const isInSight = ({ start_s, end_s }, { from_s, to_s }) => end_s > from_s && start_s < to_s;

/** How much of a span is in sight, 0 to 1. */
function seenOf({ start_s, end_s }, { from_s, to_s }) {
  return (Math.min(end_s, to_s) - Math.max(start_s, from_s)) / Math.max(0.001, end_s - start_s);
}

/** Where something lies, in shares of what is in sight. */
function placed(start_s, end_s, { from_s, span_s }) {
  return { left: `${(100 * (start_s - from_s)) / span_s}%`, width: `${(100 * (end_s - start_s)) / span_s}%` };
}

/** Move until a span is in sight, its beginning at least. */
function reveal(viewport, { start_s, end_s }) {
  viewport.still();
  viewport.reveal(end_s);
  viewport.reveal(start_s);
}

function pressed(event, viewport, spans) {
  const act = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[(event.shiftKey ? "Shift+" : "") + event.key] ?? KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  viewport.still();
  const focused = spans[event.target.dataset.span];
  act(viewport, focused && (focused.start_s + focused.end_s) / 2);
}

const KEYS = {
  "+": (viewport, at_s) => viewport.zoom(STEP, at_s),
  "=": (viewport, at_s) => viewport.zoom(STEP, at_s),
  "-": (viewport, at_s) => viewport.zoom(1 / STEP, at_s),
  0: (viewport) => viewport.show(viewport.start_s, viewport.end_s),
  "Shift+ArrowLeft": (viewport) => viewport.pan(-FAR * viewport.span_s),
  "Shift+ArrowRight": (viewport) => viewport.pan(FAR * viewport.span_s),
};

function useWidth(element) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return width;
}
