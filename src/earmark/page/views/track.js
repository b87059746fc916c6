// Track: one recording; what is known about it, what it sounds and looks like, where else it is.

import { get, patch } from "../api.js";
import { useAsked } from "../asked.js";
import { Airplay } from "../components/airplay.js";
import { Button } from "../components/button.js";
import { play } from "../components/player.js";
import { ShareButton } from "../components/share-button.js";
import { SoundMap, isSilent, useSound } from "../components/sound-map.js";
import { Empty, Failed, Loading } from "../components/states.js";
import { TrackEditor } from "../components/track-editor.js";
import { Versions } from "../components/versions.js";
import { html, useState } from "../html.js";
import { go, href } from "../router.js";
import { removeTrack } from "../removal.js";
import { may } from "../session.js";
import { styled } from "../stylesheet.js";
import { useTitle } from "../titles.js";
import { bytes, clock, count, titleOf, when } from "../words.js";

await styled("track");

const KEPT = {
  copy: "A copy of the file is kept in the library.",
  preview: "A small copy of the sound is kept in the library.",
  reference: "The library knows where the file lies, and keeps no copy.",
};

export function View({ place }) {
  const id = place.parts[0] ?? "";
  const { value: track, problem, retry, set } = useAsked((signal) => get(`tracks/${id}`, {}, signal), [id]);
  useTitle("shown", track ? titleOf(track) : "");
  if (problem?.status === 404) return html`<${Gone} />`;
  if (problem) return html`<${Failed} problem=${problem} onRetry=${retry} />`;
  if (!track) return html`<${Loading} what="Opening the track" />`;
  return html`<${Opened} key=${id} track=${track} at_s=${momentOf(place.query.at)} onChange=${set} />`;
}

function Opened({ track, at_s, onChange }) {
  const found = useSound(track);
  return html`<article class="track">
    <${Head} track=${track} isSilent=${isSilent(found.problem)} onChange=${onChange} />
    <${SoundMap} track=${track} found=${found} at_s=${at_s} />
    <div class="track-parts">
      <${Versions} track=${track} />
      <${Airplay} track=${track} />
      <${Details} track=${track} />
    </div>
  </article>`;
}

/** A moment as an address has it; null if it makes no sense. */
function momentOf(text) {
  const seconds = Number.parseFloat(text);
  return Number.isFinite(seconds) ? seconds : null;
}

function Head({ track, isSilent: cannotPlay, onChange }) {
  const [isEdited, setEdited] = useState(false);
  const drop = () =>
    removeTrack(track, {
      onGone: () => go(href("library")),
      onBack: () => go(href("track", [track.id])),
    });
  const save = async (changes) => {
    onChange(await patch(`tracks/${track.id}`, changes));
    setEdited(false);
  };
  if (isEdited) {
    return html`<div class="track-edit"><${TrackEditor} track=${track} onSave=${save} onClose=${() => setEdited(false)} onRemove=${drop} /></div>`;
  }
  return html`<header class="track-head">
    <div class="track-name">
      <h1>${titleOf(track)}</h1>
      <p class="track-by"><${By} track=${track} /></p>
    </div>
    <div class="actions">
      <${Button} kind="main" icon="play" disabled=${cannotPlay} onClick=${() => play(track)}>Play<//>
      ${may("write") && html`<${Button} icon="edit" onClick=${() => setEdited(true)}>Edit<//>`}
      <${ShareButton} track=${track} />
      ${may("write") && html`<${Button} kind="bare" icon="trash" label="Remove" onClick=${drop} />`}
    </div>
  </header>`;
}

/** Who plays it, on what; each leads to what else there is. */
function By({ track: { artist, album, year, duration_s } }) {
  const parts = [
    artist && html`<a href=${href("library", [], { q: artist })}>${artist}</a>`,
    album && html`<a href=${href("library", [], { q: album })}>${album}</a>`,
    year && html`<span>${year}</span>`,
    html`<span>${clock(duration_s)}</span>`,
  ];
  return parts.filter(Boolean).map((part, i) => html`${i > 0 && html`<span aria-hidden="true"> · </span>`}${part}`);
}

function Details({ track }) {
  const facts = [
    ["Added", when(new Date(track.added_at))],
    ["Peaks", `${count(track.peaks)}, ${Math.round(track.peaks / Math.max(1, track.duration_s))} a second`],
    ["ISRC", track.isrc],
    ["Your id", track.external_id],
    ...Object.entries(track.fields ?? {}).map(([name, value]) => [spoken(name), value]),
    ["File", track.path],
    ["Size", track.size_bytes ? bytes(track.size_bytes) : null],
    ["Sound", track.path || track.media !== "reference" ? KEPT[track.media] : "It was added from a stream; nothing of the sound is kept."],
    ["Damage", track.corrupt_packets ? `${count(track.corrupt_packets)} damaged packets were skipped.` : null],
    ["Id", html`<code>${track.id}</code>`],
  ];
  return html`<section class="track-details" aria-labelledby="details">
    <h2 id="details">Details</h2>
    <dl>${facts.filter(([, fact]) => fact).map(([name, fact]) => html`<div key=${name}><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
  </section>`;
}

/** `album_artist` as a person says it. */
const spoken = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

function Gone() {
  return html`<${Empty} icon="library" title="This track is not here" text="It may have been removed, or the address is of another library.">
    <${Button} href=${href("library")}>To the library<//>
  <//>`;
}
