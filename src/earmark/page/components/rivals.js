// What else was named in a clip, and what it might have been instead.

import { html } from "../html.js";
import { href } from "../router.js";
import { byline, clock, manner, percent, titleOf } from "../words.js";
import { Button } from "./button.js";

const BESIDE = { best: "Fits as well", version: "Another version", simultaneous: "Plays at the same time" };

/** @param {{id: string, explanation: any, isAlone: boolean}} props isAlone: compared with one track only */
export function Rivals({ id, explanation: { best, others, candidates }, isAlone }) {
  if (!best || isAlone) return null;
  return html`<section class="rivals" aria-labelledby="rivals">
    <h2 id="rivals">What else it could be</h2>
    ${others.length + candidates.length === 0 && html`<p class="quiet">Nothing else came near.</p>`}
    <ul class="rows">
      ${others.map((match) => html`<${Rival} key=${match.track.id} id=${id} match=${match} says=${BESIDE[match.relation]} />`)}
      ${candidates.map((match, i) => html`<${Rival} key="${match.track.id} ${match.offset_s}" id=${id} match=${match}
        says=${i || others.length ? "Not believed" : "The runner-up"} threshold=${best.threshold} />`)}
    </ul>
  </section>`;
}

function Rival({ id, match, says, threshold }) {
  const { track, score, confidence, offset_s } = match;
  const needs = threshold === undefined ? `score ${score.toFixed(1)}` : `score ${score.toFixed(1)}, it takes ${threshold.toFixed(1)}`;
  const facts = [says, `at ${clock(offset_s)}`, manner(match), needs, percent(confidence)];
  return html`<li>
    <div class="row-text">
      <a class="track-title" href=${href("track", [track.id], { at: Math.max(0, offset_s) })}>${titleOf(track)}</a> <span class="quiet">${byline(track)}</span>
      <p class="small quiet">${facts.filter(Boolean).join(" · ")}</p>
    </div>
    <${Button} kind="bare" href=${href("explain", [id], { track: track.id })} aria-label="Compare the clip with ${titleOf(track)} only">Compare<//>
  </li>`;
}
