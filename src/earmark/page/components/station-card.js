// One station, and what plays there now.

import { html, useEffect, useState } from "../html.js";
import { href } from "../router.js";
import { serverNow } from "../stations.js";
import { byline, clock, length, manner, timeOfDay, titleOf } from "../words.js";
import { Button } from "./button.js";
import { Card } from "./card.js";

const TICK_MS = 500;

const SAYS = {
  connecting: "Connecting …",
  listening: "Listening …",
  unknown: "Nothing of yours at the moment",
  silent: "Silence",
  disconnected: "Connection lost, trying again",
  finished: "The station has ended",
  failed: "It cannot be listened to",
};
const BAD = new Set(["disconnected", "failed"]);

/** @param {{station: any, onStop: (() => void) | null}} props */
export function StationCard({ station, onStop }) {
  const { name, source, state, since, playing, title, why, is_over } = station;
  const isPlaying = playing.length > 0;
  return html`<${Card} class="station ${isPlaying ? "on" : ""}" aria-label=${name}>
    <div class="station-head">
      <h2 class="cell">${name}</h2>
      ${onStop && html`<${Button} kind="bare" icon="close" label="Stop listening to ${name}" onClick=${onStop} />`}
    </div>
    <div class="station-now" aria-live="polite">
      ${isPlaying ? playing.map((one) => html`<${Playing} key=${one.play_id} playing=${one} />`) : html`<p class="station-says ${BAD.has(state) ? "bad" : ""}">${SAYS[state]}</p>`}
      ${why && html`<p class="small quiet">${why}</p>`}
    </div>
    <p class="small quiet cell station-foot">${isPlaying || !since ? "" : `${is_over ? "At" : "Since"} ${timeOfDay(new Date(since))}${title ? " · " : ""}`}${title && html`It says: ${title}`}</p>
    <p class="small quiet cell" title=${source}>${source}</p>
  <//>`;
}

function Playing({ playing: { started_at, match } }) {
  const now_ms = useServerNow();
  const { track } = match;
  const gone_s = Math.max(0, (now_ms - new Date(started_at).getTime()) / 1000);
  const at_s = Math.min(track.duration_s, match.track_start_s + match.tempo * gone_s);
  const changed = manner(match);
  return html`<div class="station-playing">
    <h3 class="station-title"><a href=${href("track", [track.id], { at: at_s.toFixed(1) })}><span class="marked">${titleOf(track)}</span></a></h3>
    ${byline(track) && html`<p>${byline(track)}</p>`}
    <div class="needle" aria-hidden="true"><span style=${{ transform: `scaleX(${at_s / track.duration_s})` }}></span></div>
    <p class="small quiet"><span role="timer" aria-live="off">${clock(at_s)}</span> of ${clock(track.duration_s)} · since ${timeOfDay(new Date(started_at))}, for ${length(gone_s)}${changed && ` · ${changed}`}</p>
  </div>`;
}

function useServerNow() {
  const [now_ms, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now_ms;
}
