// What was recognised: the card that the whole page is for.

import { html, useEffect, useState } from "../html.js";
import { href } from "../router.js";
import { byline, certainty, clock, manner, percent, titleOf } from "../words.js";
import { Button } from "./button.js";
import { Card } from "./card.js";
import { play } from "./player.js";
import { ShareButton } from "./share-button.js";

/**
 * @param {{match: any, rival?: any, clipId?: string | null, began_ms?: number | null, others?: any[],
 *   isOver?: boolean}} props `began_ms`: when the clip began, by performance.now(), if it still plays;
 *   `others`: what else is in the clip; `rival`: what it might be instead
 */
export function ResultCard({ match, rival = null, clipId = null, began_ms = null, others = [], isOver = false }) {
  const at_s = usePosition(match, isOver ? null : began_ms);
  const { track } = match;
  const changed = manner(match);
  return html`<${Card} folded class="result" aria-label="Recognised">
    <p class="result-sure"><strong>${certainty(match.confidence)}</strong> <span class="quiet">${percent(match.confidence)}</span></p>
    <h2 class="result-title"><a href=${href("track", [track.id])}><span class="marked">${titleOf(track)}</span></a></h2>
    ${byline(track) && html`<p class="result-by">${byline(track)}</p>`}
    <${Position} at_s=${at_s} track=${track} isTold=${began_ms === null || isOver} />
    <${Facts} facts=${[changed && `${changed} than your recording`, ...match.other_offsets_s.slice(0, 3).map((s) => `the same passage again at ${clock(s)}`)]} />
    ${others.length > 0 && html`<${Others} title=${others.every((other) => other.relation === "version") ? "Also as" : "At the same time"} matches=${others} />`}
    ${rival && html`<${Others} title="Or perhaps" matches=${[rival]} />`}
    <div class="actions">
      <${Button} kind="main" icon="play" onClick=${() => play(track, at_s)}>Play from ${clock(Math.max(0, at_s))}<//>
      ${clipId && html`<${Button} icon="explain" href=${href("explain", [clipId])}>Why?<//>`}
      <${ShareButton} track=${track} at_s=${at_s} />
    </div>
  <//>`;
}

function Position({ at_s, track, isTold }) {
  const share = Math.min(1, Math.max(0, at_s / track.duration_s));
  return html`<div class="result-position">
    <div class="needle" aria-hidden="true"><span style=${{ transform: `scaleX(${share})` }}></span></div>
    <p class="small quiet"><span role="timer" aria-live="off">${clock(at_s)}</span> of ${clock(track.duration_s)}${isTold ? "" : ", now"}</p>
  </div>`;
}

function Facts({ facts }) {
  const told = facts.filter(Boolean);
  return told.length > 0 && html`<ul class="small quiet facts">${told.map((fact) => html`<li key=${fact}>${fact}</li>`)}</ul>`;
}

function Others({ title, matches }) {
  return html`<p class="small"><span class="quiet">${title}: </span>${matches.map(({ track, confidence }, i) => html`
    ${i > 0 && ", "}<a href=${href("track", [track.id])}>${titleOf(track)}</a>${track.artist && html` <span class="quiet">by ${track.artist}</span>`} <span class="quiet">(${percent(confidence)})</span>`)}</p>`;
}

/** Where in the track it is, as time goes by. */
function usePosition(match, began_ms) {
  const [now_ms, setNow] = useState(performance.now());
  const isTicking = began_ms !== null;
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [isTicking]);
  if (!isTicking) return Math.max(0, match.offset_s + match.tempo * match.clip_end_s);
  return Math.min(match.track.duration_s, match.offset_s + (match.tempo * (now_ms - began_ms)) / 1000);
}
