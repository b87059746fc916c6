// How often, and for how long, something was played.

import { get } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { dayRange, isWithoutPlays, isoDay, laterDay } from "../plays.js";
import { go, href } from "../router.js";
import { count, dayOf, length, many } from "../words.js";
import { NothingKept } from "./play-log.js";
import { Empty, Failed, Loading } from "./states.js";

const MOST_SHOWN = 200;
const BY = { track: "Tracks", station: "Stations", day: "Days" };
const PERIODS = { 1: "Today", 7: "Seven days", 30: "Thirty days", all: "All of it" };

/** @param {{query: {by?: string, days?: string}}} props as they are in the address */
export function PlayTotals({ query }) {
  const by = query.by in BY ? query.by : "track";
  const days = query.days in PERIODS ? query.days : "7";
  const { totals, problem, retry } = useTotals(by, days);
  const change = (part) => go(href("monitors", ["totals"], { by, days, ...part }), { replace: true });
  if (problem && isWithoutPlays(problem)) return html`<${NothingKept} />`;
  return html`<div class="filters">
      <${Choices} label="Count by" name="by" options=${BY} value=${by} onChoose=${(one) => change({ by: one })} />
      <select class="input select" aria-label="Period" value=${days} onChange=${(event) => change({ days: event.currentTarget.value })}>
        ${Object.entries(PERIODS).map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
      </select>
    </div>
    ${problem && html`<${Failed} problem=${problem} onRetry=${retry} />`}
    ${!totals && !problem && html`<${Loading} what="Counting" />`}
    ${totals && !totals.length && html`<${Empty} icon="quiet" title="Nothing" text="Nothing was played in this time, as far as is known." />`}
    ${totals?.length > 0 && html`<${Bars} totals=${totals} by=${by} />`}`;
}

function Choices({ label, name, options, value, onChoose }) {
  return html`<div class="choices" role="radiogroup" aria-label=${label}>
    ${Object.entries(options).map(([one, text]) => html`<label key=${one}>
      <input type="radio" name=${name} checked=${one === value} onChange=${() => onChoose(one)} /><span>${text}</span></label>`)}
  </div>`;
}

function Bars({ totals, by }) {
  const shown = totals.slice(0, MOST_SHOWN);
  const most = Math.max(1, ...shown.map(({ plays }) => plays));
  return html`<ol class="tallies" aria-label=${BY[by]}>
      ${shown.map((total) => html`<li key=${total.key} class="tally">
        <span class="tally-name cell">${nameOf(total, by)}</span>
        <span class="tally-long" aria-hidden="true"><i style=${{ transform: `scaleX(${total.plays / most})` }}></i></span>
        <span class="tally-plays">${many(total.plays, "play")}</span>
        <span class="tally-time small quiet">${length(total.duration_s)}</span>
      </li>`)}
    </ol>
    ${totals.length > shown.length && html`<p class="small quiet">and ${count(totals.length - shown.length)} more</p>`}`;
}

function nameOf({ key, name }, by) {
  if (by === "track") return html`<a href=${href("track", [key])}>${name}</a>`;
  if (by === "station") return html`<a href=${href("monitors", ["log"], { station: name })}>${name}</a>`;
  return html`<a href=${href("monitors", ["log"], { day: key })}>${dayOf(new Date(`${key}T12:00`))}</a>`;
}

function useTotals(by, days) {
  const [state, setState] = useState({ totals: null, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    const since = days === "all" ? undefined : dayRange(laterDay(isoDay(new Date()), 1 - Number(days))).since;
    setState({ totals: null, problem: null });
    get("airplay/totals", { by, since }, closing.signal).then(
      ({ totals }) => setState({ totals, problem: null }),
      (problem) => closing.signal.aborted || setState({ totals: null, problem }),
    );
    return () => closing.abort();
  }, [by, days, turn]);
  return { ...state, retry: () => setTurn((now) => now + 1) };
}
