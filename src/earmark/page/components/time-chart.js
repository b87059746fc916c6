// A picture over a time line, which can be zoomed, moved and read: by mouse, by fingers, by keys.

import { drawNeedle, drawTimes, moment } from "../canvas/axes.js";
import { token } from "../canvas/palette.js";
import { useCanvas } from "../canvas/surface.js";
import { Viewport } from "../canvas/viewport.js";
import { html, useEffect, useId, useMemo, useRef, useState } from "../html.js";
import { createStore, useStore } from "../store.js";
import { useZooming } from "../zooming.js";
import { Button } from "./button.js";

const AXIS_PX = 30;
const CLICK_PX = 5;
const STEPS = 60;
const ROWS = 50;

/** @typedef {{at_s: number, height: number | null}} Cursor height: 0 at the bottom, 1 at the top; null: of no account */

/** What a chart shows of its time line, and where its cursors are. */
export class Chart {
  constructor(start_s, end_s, least_s, hasHeights) {
    this.hasHeights = hasHeights;
    this.viewport = new Viewport(start_s, end_s, least_s);
    /** Where the pointer is. */
    this.hover = createStore(/** @type {Cursor | null} */ (null));
    /** Where the user clicked, or went by keys. */
    this.picked = createStore(/** @type {Cursor | null} */ (null));
  }
}

/** A chart that stays the same as long as its time line does; `hasHeights`: its cursors have them. */
export function useChart(start_s, end_s, least_s, { hasHeights = true } = {}) {
  return useMemo(() => new Chart(start_s, end_s, least_s, hasHeights), [start_s, end_s, least_s]);
}

/**
 * Two canvases: what is slow to draw is not drawn again while a cursor moves over it.
 * @param {{chart: Chart, label: string, text: string, draw: (context: CanvasRenderingContext2D, frame: any) => void,
 *   read: (cursor: Cursor) => string, inputs?: unknown[], sources?: any[], head?: any, onEnter?: (at_s: number) => void,
 *   class?: string}} props `text` says the same as the picture; `draw` paints it in a frame with
 *   `from_s`, `to_s`, `width`, `height` and `x(seconds)`; `read` says what is at a cursor; `head` is a
 *   store of where something plays, in seconds; `onEnter` is what the key Enter does at the cursor
 */
export function TimeChart({ chart, label, text, draw, read, inputs = [], sources = [], head, onEnter, class: extra = "" }) {
  const id = useId();
  const box = useRef(null);
  const said = useSaid(chart, read);
  const { viewport, hover, picked } = chart;
  const canvas = useCanvas((context, width, height) => {
    const frame = frameOf(viewport, width, height - AXIS_PX);
    context.save();
    context.beginPath();
    context.rect(0, 0, width, frame.height);
    context.clip();
    draw(context, frame);
    context.restore();
    drawTimes(context, frame);
  }, [chart, ...inputs], [viewport, ...sources]);
  const over = useCanvas((context, width, height) => {
    const frame = frameOf(viewport, width, height - AXIS_PX);
    drawNeedle(context, frame, head?.get() ?? null);
    drawCursor(context, frame, picked.get(), 0.9);
    drawCursor(context, frame, hover.get(), 0.45);
  }, [chart, head], [viewport, hover, picked, ...(head ? [head] : [])]);

  useZooming(box, gesturesOf(viewport));
  const began = useRef(0);
  const cursor = ({ offsetX, offsetY }) => cursorAt(chart, canvas.current, offsetX, offsetY);
  const pick = (event) => Math.abs(event.clientX - began.current) < CLICK_PX && picked.set(cursor(event));

  return html`<div class="time-chart ${extra}" ref=${box} tabindex="0" role="application" aria-roledescription="picture that can be zoomed"
    aria-label=${label} aria-describedby=${id} onKeyDown=${(event) => pressed(event, chart, said.tell, onEnter)}
    onPointerDown=${(event) => (began.current = event.clientX)} onClick=${pick}
    onPointerMove=${(event) => hover.set(event.pointerType === "mouse" ? cursor(event) : null)} onPointerLeave=${() => hover.set(null)}>
    <canvas ref=${canvas} aria-hidden="true"></canvas>
    <canvas ref=${over} aria-hidden="true"></canvas>
    <p class="unseen" id=${id}>${text} Arrow keys move the cursor, plus and minus zoom, 0 shows everything.</p>
    <p class="unseen" role="status">${said.text}</p>
  </div>`;
}

/** Buttons that do what keys and wheel do. */
export function ChartTools({ chart, children }) {
  const { isWhole, isNearest } = useZoom(chart);
  const { viewport, picked } = chart;
  const at_s = () => inSight(viewport, picked.get()?.at_s);
  return html`<div class="chart-tools">
    ${children}
    <${Button} kind="bare" icon="minus" label="Zoom out" disabled=${isWhole} onClick=${() => viewport.zoom(2, at_s(), { gradually: true })} />
    <${Button} kind="bare" icon="add" label="Zoom in" disabled=${isNearest} onClick=${() => viewport.zoom(0.5, at_s(), { gradually: true })} />
    <${Button} kind="bare" icon="whole" label="Show everything" disabled=${isWhole} onClick=${() => viewport.whole()} />
  </div>`;
}

/** What is at the pointer, or at the cursor. */
export function ChartReading({ chart, read, rest }) {
  const hover = useStore(chart.hover);
  const picked = useStore(chart.picked);
  const cursor = hover ?? picked;
  return html`<p class="chart-reading small" aria-hidden="true">${cursor ? read(cursor) : html`<span class="quiet">${rest}</span>`}</p>`;
}

/** Which part of the time line is in sight. */
export function ChartOverview({ chart }) {
  const { isWhole, share, from } = useZoom(chart);
  return html`<div class="chart-overview ${isWhole ? "all" : ""}" aria-hidden="true">
    <span style=${{ width: `${100 * share}%`, left: `${100 * from}%` }}></span>
  </div>`;
}

/** How far a chart is zoomed in; in a component that is drawn again when that changes. */
export function useZoom({ viewport }) {
  const [, redraw] = useState(0);
  useEffect(() => viewport.subscribe(() => redraw((count) => count + 1)), [viewport]);
  const all_s = viewport.end_s - viewport.start_s;
  return {
    isWhole: viewport.isWhole,
    isNearest: viewport.span_s <= viewport.least_s * 1.0001,
    share: viewport.span_s / all_s,
    from: (viewport.from_s - viewport.start_s) / all_s,
  };
}

/** A moment as finely as it can be pointed at. */
export function momentOf(viewport, at_s) {
  return moment(at_s, viewport.span_s / 600);
}

/** What wheel and fingers do; they return whether there was anything to do. */
export function gesturesOf(viewport) {
  const changed = (change) => {
    const { from_s, to_s } = viewport;
    viewport.still();
    change();
    return viewport.from_s !== from_s || viewport.to_s !== to_s;
  };
  return {
    onZoom: (factor, share) => changed(() => viewport.zoom(factor, viewport.from_s + share * viewport.span_s)),
    onMove: (share) => changed(() => viewport.pan(share * viewport.span_s)),
  };
}

function frameOf({ from_s, to_s, span_s }, width, height) {
  return { from_s, to_s, width, height, x: (at_s) => ((at_s - from_s) / span_s) * width };
}

function cursorAt({ viewport, hasHeights }, canvas, x, y) {
  const at_s = viewport.from_s + (x / canvas.clientWidth) * viewport.span_s;
  const height = hasHeights ? clamped(1 - y / (canvas.clientHeight - AXIS_PX), 0, 1) : null;
  return { at_s: clamped(at_s, viewport.start_s, viewport.end_s), height };
}

function drawCursor(context, { width, height, x }, cursor, alpha) {
  if (!cursor) return;
  const at = x(cursor.at_s);
  if (at < -1 || at > width + 1) return;
  context.save();
  for (const [colour, thick] of [["paper", 3], ["ink", 1]]) {
    context.fillStyle = token(colour);
    context.globalAlpha = alpha;
    context.fillRect(at - thick / 2, 0, thick, height);
    context.globalAlpha = alpha * 0.5;
    if (cursor.height !== null) context.fillRect(0, height * (1 - cursor.height) - thick / 2, width, thick);
  }
  context.restore();
}

/** What the keys have to say; a pointer needs no words. */
function useSaid(chart, read) {
  const [text, setText] = useState("");
  const latest = useRef(read);
  latest.current = read;
  const tell = () => {
    const { viewport, picked } = chart;
    const shown = `${momentOf(viewport, viewport.from_s)} to ${momentOf(viewport, viewport.to_s)} is shown.`;
    setText(picked.get() ? `${latest.current(picked.get())}. ${shown}` : shown);
  };
  return { text, tell };
}

function pressed(event, chart, tell, onEnter) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const { picked } = chart;
  const act = KEYS[event.key];
  if (act) act(chart, event.shiftKey ? 6 : 1);
  else if (event.key === "Enter" && onEnter && picked.get()) onEnter(picked.get().at_s);
  else if (event.key === "Escape" && picked.get()) picked.set(null);
  else return;
  event.preventDefault();
  tell();
}

const KEYS = {
  ArrowLeft: (chart, times) => step(chart, -times / STEPS, 0),
  ArrowRight: (chart, times) => step(chart, times / STEPS, 0),
  ArrowUp: (chart, times) => step(chart, 0, times / ROWS),
  ArrowDown: (chart, times) => step(chart, 0, -times / ROWS),
  Home: (chart) => goTo(chart, chart.viewport.start_s),
  End: (chart) => goTo(chart, chart.viewport.end_s),
  PageUp: ({ viewport }) => viewport.pan(-0.8 * viewport.span_s),
  PageDown: ({ viewport }) => viewport.pan(0.8 * viewport.span_s),
  "+": (chart) => zoom(chart, 0.5),
  "=": (chart) => zoom(chart, 0.5),
  "-": (chart) => zoom(chart, 2),
  0: ({ viewport }) => viewport.show(viewport.start_s, viewport.end_s),
};

function step(chart, share, up) {
  const { viewport, picked } = chart;
  const { at_s, height } = picked.get() ?? { at_s: (viewport.from_s + viewport.to_s) / 2, height: 0.5 };
  goTo(chart, at_s + share * viewport.span_s, height + up);
}

function goTo({ viewport, picked, hasHeights }, at_s, height = picked.get()?.height ?? 0.5) {
  const moved = { at_s: clamped(at_s, viewport.start_s, viewport.end_s), height: hasHeights ? clamped(height, 0, 1) : null };
  viewport.still();
  picked.set(moved);
  viewport.reveal(moved.at_s);
}

function zoom({ viewport, picked }, factor) {
  viewport.still();
  viewport.zoom(factor, inSight(viewport, picked.get()?.at_s));
}

/** A moment, if it is in sight; else the middle of what is. */
function inSight(viewport, at_s) {
  const isThere = at_s !== undefined && at_s >= viewport.from_s && at_s <= viewport.to_s;
  return isThere ? at_s : (viewport.from_s + viewport.to_s) / 2;
}

const clamped = (value, least, most) => Math.min(most, Math.max(least, value));
