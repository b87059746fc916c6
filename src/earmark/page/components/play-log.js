// The log: which station played what, and when.

import { html, useEffect, useState } from "../html.js";
import { useNarrow } from "../narrow.js";
import { dayRange, fetchPlays, isWithoutPlays, isoDay, laterDay } from "../plays.js";
import { go, href } from "../router.js";
import { stations } from "../stations.js";
import { useStore } from "../store.js";
import { certainty, clock, count, dayOf, many, percent, timeOfDay, titleOf } from "../words.js";
import { Button } from "./button.js";
import { Search } from "./field.js";
import { Empty, Failed, Loading } from "./states.js";
import { Table } from "./table.js";

const ROW_PX = 60;
const COLUMNS = [
  { name: "time", title: "Began", width: "5rem" },
  { name: "title", title: "Title", width: "minmax(0, 2fr)" },
  { name: "station", title: "Station", class: "wide", width: "minmax(0, 1fr)" },
  { name: "sure", title: "Sure", class: "wide", width: "10rem" },
  { name: "heard", title: "Heard", class: "number", width: "4rem" },
];
const NARROW = new Set(["time", "title", "heard"]);

/** @param {{query: {day?: string, station?: string, track?: string}}} props as they are in the address */
export function PlayLog({ query }) {
  const { station = "", track = "" } = query;
  const day = query.day ?? (track ? "" : isoDay(new Date()));
  const [text, setText] = useState("");
  const { seen, problem, retry } = usePlays({ day, station, track });
  const change = (part) => go(href("monitors", ["log"], { ...query, ...part }), { replace: true });

  if (problem && isWithoutPlays(problem)) return html`<${NothingKept} />`;
  const plays = seen ? matching(seen.plays, text) : [];
  return html`<div class="filters">
      <${Days} day=${day} onDay=${(wanted) => change({ day: wanted })} />
      <${Station} station=${station} plays=${seen?.plays ?? []} onStation=${(wanted) => change({ station: wanted })} />
      <${Search} label="Search what was played" value=${text} onInput=${setText} />
    </div>
    ${track && html`<p class="quiet">Of one track only. <a href=${href("monitors", ["log"])}>Show all tracks</a></p>`}
    ${problem && html`<${Failed} problem=${problem} onRetry=${retry} />`}
    ${!seen && !problem && html`<${Loading} what="Fetching the log" />`}
    ${seen && html`<p class="small quiet library-count" role="status">${sumOf(plays, seen, day)}</p>`}
    ${seen && !plays.length && html`<${Empty} icon="quiet" title="Nothing" text=${text ? `Nothing that was played has “${text}” in it.` : "Nothing was played, as far as is known."} />`}
    ${plays.length > 0 && html`<${Plays} plays=${plays} isOneDay=${day !== ""} />`}`;
}

function Days({ day, onDay }) {
  const today = isoDay(new Date());
  return html`<div class="days" role="group" aria-label="Day">
    <${Button} kind="plain" icon="previous" label="The day before" disabled=${!day} onClick=${() => onDay(laterDay(day, -1))} />
    <input class="input" type="date" aria-label="Day" value=${day} max=${today} onChange=${(event) => onDay(event.currentTarget.value || today)} />
    <${Button} kind="plain" icon="next" label="The day after" disabled=${!day || day >= today} onClick=${() => onDay(laterDay(day, 1))} />
  </div>`;
}

/** Stations that are listened to, or were. */
function Station({ station, plays, onStation }) {
  const { monitors } = useStore(stations);
  const names = new Set([...(monitors ?? []).map(({ name }) => name), ...plays.map((play) => play.station), station]);
  names.delete("");
  return html`<select class="input select" aria-label="Station" value=${station} onChange=${(event) => onStation(event.currentTarget.value)}>
    <option value="">All stations</option>
    ${[...names].sort((a, b) => a.localeCompare(b)).map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
  </select>`;
}

function Plays({ plays, isOneDay }) {
  const columns = useNarrow() ? COLUMNS.filter(({ name }) => NARROW.has(name)) : COLUMNS;
  const row = (index) => {
    const cells = cellsOf(plays[index], isOneDay);
    return columns.map(({ name, class: extra = "" }) => html`<div role="cell" key=${name} class="cell ${extra} cell-${name}">${cells[name]}</div>`);
  };
  return html`<${Table} label="What was played" columns=${columns} total=${plays.length} rowHeight=${ROW_PX} renderRow=${row} />`;
}

function cellsOf({ station, started_at, ended_at, duration_s, track, track_start_s, confidence }, isOneDay) {
  const began = new Date(started_at);
  return {
    time: html`${timeOfDay(began)}${!isOneDay && html`<div class="small quiet cell">${isoDay(began)}</div>`}`,
    title: html`<a class="track-title" href=${href("track", [track.id], { at: track_start_s })}>${titleOf(track)}</a>
      <div class="small quiet cell">${track.artist}<span class="narrow-only">${track.artist ? " · " : ""}${station}</span></div>`,
    station,
    heard: ended_at === null ? html`<span class="marked">now</span>` : html`<span class="quiet">${clock(duration_s)}</span>`,
    sure: html`${certainty(confidence)}<div class="small quiet cell">${percent(confidence)}</div>`,
  };
}

function sumOf(plays, { isAll }, day) {
  const sum = many(plays.length, "play");
  const on = day ? `, ${dayOf(new Date(`${day}T12:00`))}` : "";
  return isAll ? `${sum}${on}` : `The first ${count(plays.length)} plays${on}; choose a station to see the others.`;
}

/** Latest first; those whose title, artist or album has the words. */
function matching(plays, text) {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = plays.filter(({ track }) => {
    const name = [track.title, track.artist, track.album].join(" ").toLocaleLowerCase();
    return words.every((word) => name.includes(word));
  });
  return found.reverse();
}

/** Plays that fit, fetched again when a station says something new. */
function usePlays({ day, station, track }) {
  const [state, setState] = useState({ seen: null, problem: null });
  const [turn, setTurn] = useState(0);
  const { monitors } = useStore(stations);
  useEffect(() => setState({ seen: null, problem: null }), [day, station, track]);
  useEffect(() => {
    const closing = new AbortController();
    const wanted = { ...(day ? dayRange(day) : {}), station, track };
    fetchPlays(wanted, closing.signal).then(
      (seen) => setState({ seen, problem: null }),
      (problem) => closing.signal.aborted || setState({ seen: null, problem }),
    );
    return () => closing.abort();
  }, [day, station, track, turn, monitors]);
  return { ...state, retry: () => setTurn((now) => now + 1) };
}

/** The server writes nothing down. */
export function NothingKept() {
  return html`<${Empty} icon="monitors" title="What is played is not kept"
    text="Start the server with --operations plays.sqlite, and everything that stations play is written down, for this log and its totals." />`;
}
