// Explain: why a clip was named as it was, or why not; as a person can follow it.

import { upload } from "../api.js";
import { useAsked } from "../asked.js";
import { clipOf, keepClip } from "../clips.js";
import { ClipMap } from "../components/clip-map.js";
import { ClipSound } from "../components/clip-sound.js";
import { DropZone } from "../components/drop-zone.js";
import { Evidence } from "../components/evidence.js";
import { FileButton } from "../components/field.js";
import { PlacesMap } from "../components/places-map.js";
import { Rivals } from "../components/rivals.js";
import { Empty, Failed, Loading, Notice } from "../components/states.js";
import { html, useMemo } from "../html.js";
import { listening } from "../listening.js";
import { go, href } from "../router.js";
import { createStore } from "../store.js";
import { styled } from "../stylesheet.js";
import { byline, certainty, percent, titleOf } from "../words.js";

await Promise.all([styled("track"), styled("explain")]);

const SOUND = "audio/*,video/*";

/** Of problems with the clip itself: asking again would not help. */
const UNREADABLE = new Set([400, 413, 415, 422]);

/** What is said first, by the likeliest reason that there is. */
const VERDICTS = {
  below_threshold: "Nearly, but not sure enough.",
  no_alignment: "Not one of yours, as far as can be heard.",
  too_short: "That is too short.",
  silent: "There is nothing to hear in it.",
};

export function View({ place }) {
  const clip = clipOf(place.parts[0] ?? "");
  return html`<${DropZone} label="Drop a clip to have it explained" onFiles=${choose} />
    ${clip ? html`<${Explained} key=${place.parts[0]} id=${place.parts[0]} clip=${clip} track=${place.query.track} />` : html`<${NoClip} isGone=${place.parts.length > 0} />`}`;
}

/** Keep a file while the page is open, and explain it. */
function choose([file]) {
  go(href("explain", [keepClip(file, file.name)]));
}

function NoClip({ isGone }) {
  const title = isGone ? "The clip is not here any more" : "Why was it named? Or why not?";
  const text = isGone
    ? "Clips are kept only as long as the page is open, and in this browser alone. Choose it again, or drop it here."
    : "Choose a clip, or drop it here, and see what speaks for its name, peak by peak.";
  const warning = listening.get().isPrivate ? " For that its sound is sent to the server, although you listen in private." : "";
  return html`<${Empty} icon="explain" title=${title} text=${text + warning}>
    <${FileButton} icon="file" kind="main" accept=${SOUND} onFiles=${choose}>Choose a clip<//>
  <//>`;
}

function Unreadable({ clip, problem }) {
  const message = problem.message.replace("<body>", clip.name);
  return html`<${Empty} icon="warning" title=${problem.title || "It could not be read"} text="${message}.">
    <${FileButton} icon="file" accept=${SOUND} onFiles=${choose}>Choose another clip<//>
  <//>`;
}

function Explained({ id, clip, track }) {
  const { value, problem, retry } = useAsked((signal) => upload("explain", clip.blob, { query: { exhibit: true, track }, signal }), [id, track]);
  const head = useMemo(() => createStore(null), [id]);
  if (problem && UNREADABLE.has(problem.status)) return html`<${Unreadable} clip=${clip} problem=${problem} />`;
  if (problem) return html`<${Failed} problem=${problem} onRetry=${retry} />`;
  if (!value) return html`<${Loading} what="Looking closely" />`;
  const { best, exhibit } = value;
  return html`<article class="explained">
    <header class="view-head explained-head">
      <div class="track-name">
        <p class="explained-kind quiet">${titleFor(value, track)}</p>
        <h1>${value.status === "identified" ? html`<a href=${href("track", [best.match.track.id], { at: best.match.offset_s })}>${titleOf(best.match.track)}</a>` : verdictOf(value)}</h1>
        <p class="track-by">${bylineOf(value)}</p>
      </div>
      <${ClipSound} clip=${clip} head=${head} match=${best?.match} />
    </header>
    ${track && html`<${Notice}>Compared with this one track only, as strictly as with all of them. <a href=${href("explain", [id])}>Compare with all<//><//>`}
    <div class="explained-words">${wordsOf(value).map((sentence) => html`<p key=${sentence}>${sentence}</p>`)}</div>
    <${Evidence} explanation=${value} />
    ${exhibit?.spectrogram && value.peaks > 0 && html`<${ClipMap} explanation=${value} head=${head} />`}
    ${best && exhibit && exhibit.places.agreeing.length > 1 && html`<${PlacesMap} best=${best} places=${exhibit.places} />`}
    <${Rivals} id=${id} explanation=${value} isAlone=${Boolean(track)} />
    <p class="explained-more"><${FileButton} icon="file" accept=${SOUND} onFiles=${choose}>Explain another clip<//></p>
  </article>`;
}

function titleFor({ status }, track) {
  if (status === "identified") return "Why it is";
  return track ? "Why it is not this track" : "Why it has no name";
}

function verdictOf({ status, reasons }) {
  if (status === "ambiguous") return "It could be several.";
  const reason = Object.keys(VERDICTS).find((one) => reasons.includes(one));
  return VERDICTS[reason] ?? "It could not be read.";
}

function bylineOf({ status, best }) {
  if (!best) return "";
  const sure = `${certainty(best.match.confidence)}, ${percent(best.match.confidence)}`;
  if (status === "identified") return [byline(best.match.track), sure].filter(Boolean).join(" · ");
  return `The best guess is ${titleOf(best.match.track)}${best.match.track.artist ? ` by ${best.match.track.artist}` : ""}.`;
}

/** The server's sentences; the score is told again below, where it is drawn. */
function wordsOf({ words, error }) {
  return error ? [`${error.message}.`] : words;
}
