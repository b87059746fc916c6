// Where a track was heard: the stations that played it.

import { get } from "../api.js";
import { useAsked } from "../asked.js";
import { html } from "../html.js";
import { isWithoutPlays, isoDay } from "../plays.js";
import { href } from "../router.js";
import { clock, many, when } from "../words.js";
import { Button } from "./button.js";

const SHOWN = 6;

/** @param {{track: any}} props */
export function Airplay({ track }) {
  const { value, problem, retry } = useAsked((signal) => get(`tracks/${track.id}/airplay`, {}, signal), [track.id]);
  const plays = [...(value?.plays ?? [])].reverse();
  const stations = new Set(plays.map(({ station }) => station));
  return html`<section class="airplay" aria-labelledby="airplay">
    <h2 id="airplay">Heard on stations</h2>
    ${problem && html`<p class="quiet">${troubleOf(problem)} ${!isWithoutPlays(problem) && html`<${Button} kind="bare" onClick=${retry}>Try again<//>`}</p>`}
    ${!value && !problem && html`<p class="quiet" role="status">Looking through the log …</p>`}
    ${value && html`<p class="quiet">${sumOf(plays, stations, value.is_complete)}</p>`}
    <ul class="rows">${plays.slice(0, SHOWN).map((one) => html`<${Play} key=${one.id} play=${one} />`)}</ul>
    ${plays.length > SHOWN && html`<p class="more"><a href=${href("monitors", ["log"], { track: track.id })}>All of the log</a></p>`}
  </section>`;
}

function Play({ play: { station, started_at, ended_at, duration_s, track_start_s } }) {
  const began = new Date(started_at);
  const began_s = Math.max(0, track_start_s ?? 0);
  const from = began_s > 5 ? `, from ${clock(began_s)} on` : "";
  return html`<li><div class="row-text">
    <a class="track-title" href=${href("monitors", ["log"], { day: isoDay(began), station })}>${station}</a> <span class="quiet">${when(began)}</span>
    <p class="small quiet">${ended_at === null ? "still plays" : `for ${clock(duration_s)}`}${from}</p>
  </div></li>`;
}

function sumOf(plays, stations, isAll) {
  if (!plays.length) return "No station has played it yet, as far as was listened.";
  return `${isAll ? "" : "More than "}${many(plays.length, "time")}, on ${many(stations.size, "station")}.`;
}

/** A server that keeps no log says so; whoever runs it can change that. */
function troubleOf(problem) {
  if (!isWithoutPlays(problem)) return `The log could not be read: ${problem.message}`;
  return "This server keeps no log of what stations play. Whoever runs it can give it one with --operations.";
}
