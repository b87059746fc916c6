// The spans of a long recording as a table: all that its timeline shows, in words.

import { html } from "../html.js";
import { useNarrow } from "../narrow.js";
import { href } from "../router.js";
import { byline, certainty, clock, manner, percent, stretch, titleOf } from "../words.js";
import { Button } from "./button.js";
import { Table } from "./table.js";

const ROW_PX = 60;
const COLUMNS = [
  { name: "hear", title: "Hear", isUnseen: true, width: "var(--tap)" },
  { name: "time", title: "Time", width: "8.5rem" },
  { name: "title", title: "Title", width: "minmax(0, 2.4fr)" },
  { name: "place", title: "Of the track", class: "wide", width: "8.5rem" },
  { name: "manner", title: "Changed", class: "wide", width: "minmax(0, 1fr)" },
  { name: "sure", title: "Sure", class: "wide", width: "10rem" },
];
const NARROW_COLUMNS = [
  { name: "hear", title: "Hear", isUnseen: true, width: "var(--tap)" },
  { name: "time", title: "From", width: "3.75rem" },
  { name: "title", title: "Title", width: "minmax(0, 1fr)" },
];

/** @param {{spans: any[], chosen: number | null, onChoose: (index: number, at_s: number) => void}} props */
export function SpanTable({ spans, chosen, onChoose }) {
  const isNarrow = useNarrow();
  const columns = isNarrow ? NARROW_COLUMNS : COLUMNS;
  const row = (index) => {
    const cells = cellsOf(spans[index], isNarrow, () => onChoose(index, spans[index].start_s));
    return columns.map(({ name, class: extra = "" }) => html`<div role="cell" key=${name} class="cell ${extra} cell-${name}">${cells[name]}</div>`);
  };
  return html`<${Table} label="What is in it" columns=${columns} total=${spans.length} rowHeight=${ROW_PX} renderRow=${row}
    classOf=${(index) => (index === chosen ? "chosen" : "")} />`;
}

function cellsOf(span, isNarrow, onHear) {
  const { track, start_s, end_s } = span;
  const hear = html`<${Button} kind="bare" icon="play" label="Hear ${track ? titleOf(track) : "the unknown"} at ${clock(start_s)}" onClick=${onHear} />`;
  const time = isNarrow ? clock(start_s) : stretch(start_s, end_s);
  if (!track) return { hear, time, title: html`<span class="quiet">Unknown</span>${isNarrow && html`<div class="small quiet cell">until ${clock(end_s)}</div>`}` };
  return {
    hear,
    time,
    title: html`<a class="track-title" href=${href("track", [track.id], { at: span.track_start_s })}>${titleOf(track)}</a>
      <div class="small quiet cell">${isNarrow ? [track.artist, manner(span), certainty(span.confidence)].filter(Boolean).join(" · ") : byline(track)}</div>`,
    place: html`<span class="quiet">${stretch(span.track_start_s, span.track_end_s)}</span>`,
    manner: manner(span),
    sure: html`${certainty(span.confidence)}<div class="small quiet cell">${percent(span.confidence)}</div>`,
  };
}
