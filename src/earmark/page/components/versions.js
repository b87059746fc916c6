// Other recordings of the same music that the library has.

import { get } from "../api.js";
import { useAsked } from "../asked.js";
import { html, useState } from "../html.js";
import { href } from "../router.js";
import { byline, clock, length, many, portion, stretch, titleOf } from "../words.js";
import { Button } from "./button.js";
import { play } from "./player.js";

const SHOWN = 6;
const SPANS = 3;
const WHOLE = 0.95;

/** @param {{track: any}} props */
export function Versions({ track }) {
  const { value, problem, retry } = useAsked((signal) => get(`tracks/${track.id}/versions`, {}, signal), [track.id]);
  const [isAll, setAll] = useState(false);
  const versions = value?.versions ?? [];
  return html`<section class="versions" aria-labelledby="versions">
    <h2 id="versions">Also in the library</h2>
    ${problem && html`<p class="quiet">Other versions could not be looked for: ${problem.message} <${Button} kind="bare" onClick=${retry}>Try again<//></p>`}
    ${!value && !problem && html`<p class="quiet" role="status">Looking for other versions …</p>`}
    ${value && !versions.length && html`<p class="quiet">Nothing else in the library shares music with it.</p>`}
    <ul class="rows">${(isAll ? versions : versions.slice(0, SHOWN)).map((one) => html`<${Version} key=${one.track.id} version=${one} />`)}</ul>
    ${!isAll && versions.length > SHOWN && html`<p class="more"><${Button} onClick=${() => setAll(true)}>Show all ${versions.length}<//></p>`}
    ${value && value.compared_s < track.duration_s - 1 && html`<p class="small quiet">Only the first ${length(value.compared_s)} were compared.</p>`}
  </section>`;
}

function Version({ version }) {
  const { track, spans } = version;
  const start_s = spans[0]?.other_start_s ?? 0;
  return html`<li>
    <${Button} kind="bare" icon="play" label="Play ${titleOf(track)} from ${clock(start_s)}" onClick=${() => play(track, start_s)} />
    <div class="row-text">
      <a class="track-title" href=${href("track", [track.id], { at: start_s > 1 ? start_s : undefined })}>${titleOf(track)}</a>
      ${byline(track) && html` <span class="quiet">${byline(track)}</span>`}
      <p class="small quiet">${likenessOf(version)}${mannerOf(spans)}</p>
      <p class="small quiet">${spansOf(version)}</p>
    </div>
  </li>`;
}

function likenessOf({ likeness, coverage, other_coverage }) {
  if (likeness === "same") return "The same recording";
  if (likeness === "contains") return coverage < other_coverage ? "All of it is in this one" : "This one is all in it";
  return `They share ${portion(Math.max(coverage, other_coverage))} of ${coverage >= other_coverage ? "this one" : "it"}`;
}

/** How much faster the other one plays. */
function mannerOf(spans) {
  const speed = spans[0]?.speed ?? 1;
  const share = Math.round(Math.abs(speed - 1) * 1000) / 10;
  if (share < 0.3) return "";
  return `, ${share} % ${speed > 1 ? "slower" : "faster"}`;
}

/** Which stretches of the one are which of the other; nothing if that is all of both. */
function spansOf({ spans, coverage, other_coverage }) {
  if (Math.min(coverage, other_coverage) > WHOLE && spans.length === 1) return "";
  const told = spans.slice(0, SPANS).map((span) => `${stretch(span.start_s, span.end_s)} is its ${stretch(span.other_start_s, span.other_end_s)}`);
  const more = spans.length - SPANS;
  return told.join(", ") + (more > 0 ? `, and ${many(more, "other stretch", "other stretches")}` : "");
}
