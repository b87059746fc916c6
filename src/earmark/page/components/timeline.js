// What was found in a long recording, along its time. For the eye and the hand: everything in it is
// also in the table of spans.

import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { extent, lanesOf, moved, showing, ticks, whole, zoomOf, zoomed } from "../timeline.js";
import { byline, certainty, clock, manner, percent, stretch, titleOf } from "../words.js";
import { useZooming } from "../zooming.js";
import { Button } from "./button.js";

const STEP = 0.6;
const TICK_PX = 84;
const SURE = 0.95;

/**
 * @param {{spans: any[], duration_s: number, chosen: number | null,
 *   onChoose: (index: number, at_s: number) => void}} props `chosen`: the index of a span
 */
export function Timeline({ spans, duration_s, chosen, onChoose }) {
  const field = useRef(null);
  const width = useWidth(field);
  const [sight, setSight] = useState(() => whole(duration_s));
  const [told, setTold] = useState(null);
  const { lanes, laneOf } = useMemo(() => lanesOf(spans), [spans]);

  const look = (next) => {
    const isNew = next.from_s !== sight.from_s || next.to_s !== sight.to_s;
    if (isNew) setSight(next);
    return isNew;
  };
  const zoom = (factor, share = 0.5) => look(zoomed(sight, factor, share, duration_s));
  const move = (share) => look(moved(sight, share, duration_s));
  useZooming(field, { onZoom: zoom, onMove: move });
  useEffect(() => {
    if (chosen !== null) look(showing(sight, spans[chosen], duration_s));
  }, [chosen]);

  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = onKey(event, { zoom, move, showAll: () => look(whole(duration_s)) });
    if (done) event.preventDefault();
  };
  return html`<section class="timeline" aria-label="Timeline" onKeyDown=${keys}>
    <div class="timeline-head">
      <p class="timeline-told" aria-hidden="true">${told === null ? html`<${Summary} spans=${spans} />` : html`<${Told} span=${spans[told]} />`}</p>
      <${ZoomButtons} zoom=${zoomOf(sight, duration_s)} onZoom=${zoom} onAll=${() => look(whole(duration_s))} />
    </div>
    <div class="timeline-field" ref=${field} style=${{ "--lanes": lanes }} onPointerLeave=${() => setTold(null)}>
      <${Spans} ...${{ spans, sight, laneOf, chosen, onChoose, onTell: setTold, onSee: (span) => look(showing(sight, span, duration_s)) }} />
    </div>
    <${Ticks} sight=${sight} width=${width} />
    <${Overview} ...${{ spans, sight, duration_s, laneOf, lanes }} onMove=${(from_s) => look(moved(sight, (from_s - sight.from_s) / extent(sight), duration_s))} />
  </section>`;
}

function onKey({ key, shiftKey }, { zoom, move, showAll }) {
  if (key === "+" || key === "=") return zoom(STEP);
  if (key === "-" || key === "_") return zoom(1 / STEP);
  if (key === "0") return showAll();
  if (shiftKey && key === "ArrowLeft") return move(-0.25);
  if (shiftKey && key === "ArrowRight") return move(0.25);
  return false;
}

function ZoomButtons({ zoom, onZoom, onAll }) {
  return html`<div class="timeline-zoom" role="group" aria-label="Zoom">
    <${Button} kind="bare" icon="minus" label="Zoom out" disabled=${zoom <= 1} onClick=${() => onZoom(1 / STEP)} />
    <${Button} kind="bare" icon="add" label="Zoom in" onClick=${() => onZoom(STEP)} />
    <${Button} kind="bare" icon="whole" label="Show all of it" disabled=${zoom <= 1} onClick=${onAll} />
  </div>`;
}

/** The spans in sight; the arrow keys go from one to the next, wherever that is. */
function Spans({ spans, sight, laneOf, chosen, onChoose, onTell, onSee }) {
  const list = useRef(null);
  const [current, setCurrent] = useState(null);
  const wanted = useRef(null);
  const shown = spans.map((_, index) => index).filter((index) => isInSight(spans[index], sight));
  const stop = shown.includes(current ?? chosen) ? (current ?? chosen) : shown[0];
  useEffect(() => {
    if (wanted.current === null) return; // else the key moved on to a span that is here only now
    list.current.querySelector(`[data-span="${wanted.current}"]`)?.focus();
    wanted.current = null;
  });

  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -spans.length, End: spans.length }[event.key];
    if (!by || event.shiftKey) return;
    event.preventDefault();
    const next = Math.min(spans.length - 1, Math.max(0, (current ?? stop) + by));
    wanted.current = next;
    setCurrent(next);
    onSee(spans[next]);
  };
  return html`<div class="timeline-spans" ref=${list} onKeyDown=${keys}>
    ${shown.map((index) => html`<${Span} key=${index} ...${{ index, span: spans[index], sight, lane: laneOf[index] }}
      isChosen=${index === chosen} isStop=${index === stop} onChoose=${onChoose} onTell=${onTell} onFocus=${() => setCurrent(index)} />`)}
  </div>`;
}

function Span({ index, span, sight, lane, isChosen, isStop, onChoose, onTell, onFocus }) {
  const place = placed(span, sight);
  const name = ["span", span.track ? "" : "unknown", span.track && span.confidence < SURE ? "unsure" : ""].filter(Boolean).join(" ");
  const choose = (event) => onChoose(index, event.detail ? momentOf(event, span) : span.start_s);
  return html`<button type="button" class=${name} data-span=${index} aria-label=${spoken(span)} aria-pressed=${isChosen}
    tabindex=${isStop ? 0 : -1} style=${{ ...place, "--lane": lane }} onClick=${choose}
    onPointerEnter=${() => onTell(index)} onFocus=${() => {
      onTell(index);
      onFocus();
    }} onBlur=${() => onTell(null)}>
    <span class="span-words"><strong>${span.track ? titleOf(span.track) : "Unknown"}</strong>${span.track?.artist && html`<span>${span.track.artist}</span>`}</span>
  </button>`;
}

/** Which moment of the recording was clicked at. */
function momentOf(event, { start_s, end_s }) {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
  return start_s + share * (end_s - start_s);
}

function Told({ span }) {
  const { track, start_s, end_s } = span;
  if (!track) return html`<strong>Unknown</strong> <span class="quiet">${stretch(start_s, end_s)}</span>`;
  const facts = [stretch(start_s, end_s), byline(track), manner(span), `${certainty(span.confidence)}, ${percent(span.confidence)}`];
  return html`<strong>${titleOf(track)}</strong> <span class="quiet">${facts.filter(Boolean).join(" · ")}</span>`;
}

function Summary({ spans }) {
  const isTold = spans.length > 0;
  return html`<span class="quiet">${isTold ? "Point at a stretch to see what it is; choose it to hear it." : "There is nothing in it."}</span>`;
}

/** What a span is, for who does not see where it lies. */
export function spoken({ track, start_s, end_s, ...how }) {
  if (!track) return `Unknown, ${clock(start_s)} to ${clock(end_s)}`;
  const by = track.artist ? ` by ${track.artist}` : "";
  const changed = manner(how) && `, ${manner(how)}`;
  return `${titleOf(track)}${by}, ${clock(start_s)} to ${clock(end_s)}${changed}, ${certainty(how.confidence).toLowerCase()}`;
}

function Ticks({ sight, width }) {
  const most = Math.max(2, Math.floor(width / TICK_PX));
  return html`<div class="timeline-ticks" aria-hidden="true">
    ${ticks(sight, most).map((at_s) => html`<span key=${at_s} style=${placed({ start_s: at_s, end_s: at_s }, sight)}>${clock(at_s)}</span>`)}
  </div>`;
}

/** All of the recording in little, and where in it one is; dragging moves. */
function Overview({ spans, sight, duration_s, laneOf, lanes, onMove }) {
  const strip = useRef(null);
  const all = whole(duration_s);
  const go = (event) => {
    if (!event.buttons) return;
    const { left, width } = strip.current.getBoundingClientRect();
    onMove(((event.clientX - left) / width) * extent(all) - extent(sight) / 2);
  };
  return html`<div class="overview" aria-hidden="true" ref=${strip} style=${{ "--lanes": lanes }} onPointerMove=${go} onPointerDown=${(event) => {
    strip.current.setPointerCapture(event.pointerId);
    go(event);
  }}>
    ${spans.map((span, index) => html`<i key=${index} class=${span.track ? "" : "unknown"} style=${{ ...placed(span, all), "--lane": laneOf[index] }}></i>`)}
    <b style=${placed({ start_s: sight.from_s, end_s: sight.to_s }, all)}></b>
  </div>`;
}

const isInSight = ({ start_s, end_s }, { from_s, to_s }) => end_s > from_s && start_s < to_s;

/** Where something lies, in shares of what is in sight. */
function placed({ start_s, end_s }, sight) {
  const share = (seconds) => `${(100 * seconds) / extent(sight)}%`;
  return { left: share(start_s - sight.from_s), width: share(end_s - start_s) };
}

function useWidth(element) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(element.current.clientWidth));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return width;
}
