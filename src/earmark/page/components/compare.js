// The recording and the track at one and the same moment: to be heard in turn.

import { address } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { href } from "../router.js";
import { clock, stretch, titleOf } from "../words.js";
import { Button } from "./button.js";
import { stop as stopPlayer, whySilent } from "./player.js";

const PART_S = 30;
const SIDES = ["recording", "track"];

/**
 * @param {{scanId: string, span: any, at_s: number, onMove: (at_s: number) => void, onClose: () => void}} props
 *   `at_s`: in the recording; `onMove` is told of another moment of it
 */
export function Compare({ scanId, span, at_s, onMove, onClose }) {
  const sounds = soundsOf(scanId, span, at_s);
  const pair = usePair(span, at_s, sounds, onMove);
  const { track } = span;
  const now_s = Math.min(span.end_s, at_s + pair.gone_s);
  return html`<section class="player compare" aria-label="Hear it">
    <${Button} kind="main" icon=${pair.isPlaying ? "pause" : "play"} label=${pair.isPlaying ? "Pause" : "Play"} onClick=${pair.toggle} />
    <div class="cell">
      <strong>${track ? html`<a class="track-title" href=${href("track", [track.id], { at: inTrack(span, now_s) })}>${titleOf(track)}</a>` : "Unknown"}</strong>
      <div class="small quiet cell">${track ? track.artist : stretch(span.start_s, span.end_s)}</div>
    </div>
    ${track ? html`<${Sides} side=${pair.side} onSide=${pair.turnTo} />` : html`<span></span>`}
    <div class="scrub">
      <span class="compare-time">${clock(now_s)}</span>
      <input type="range" aria-label="Moment of the recording" aria-valuetext=${clock(now_s)} min=${span.start_s} max=${span.end_s}
        step="any" value=${now_s} onChange=${(event) => onMove(Number(event.currentTarget.value))} />
      <span class="compare-time">${track ? clock(inTrack(span, now_s)) : clock(span.end_s)}</span>
    </div>
    <${Button} kind="bare" icon="close" label="Close" onClick=${onClose} />
    <p class="compare-why small" role="status">${pair.why}</p>
    ${SIDES.filter((side) => sounds[side]).map((side) => html`<audio key=${side} ref=${pair.refs[side]} src=${sounds[side]} preload="none"
      ...${pair.listenersOf(side)}></audio>`)}
  </section>`;
}

function Sides({ side, onSide }) {
  return html`<div class="choices" role="radiogroup" aria-label="What is heard">
    ${SIDES.map((one) => html`<label key=${one}><input type="radio" name="side" checked=${one === side} onChange=${() => onSide(one)} />
      <span>${one === "recording" ? "Recording" : "Your track"}</span></label>`)}
  </div>`;
}

/** Where of the track a moment of the recording is. */
const inTrack = (span, at_s) => Math.max(0, span.track_start_s + (span.tempo ?? 1) * (at_s - span.start_s));

function soundsOf(scanId, span, at_s) {
  const part = (path, start_s) => address(path, { start_s: Math.max(0, start_s).toFixed(2), duration_s: PART_S }).href;
  return {
    recording: part(`scans/${scanId}/audio`, at_s),
    track: span.track && part(`tracks/${span.track.id}/audio`, inTrack(span, at_s)),
  };
}

/** Two sounds of which one plays at a time, from the same moment. */
function usePair(span, at_s, sounds, onMove) {
  const refs = { recording: useRef(null), track: useRef(null) };
  const [side, setSide] = useState("recording");
  const [isPlaying, setPlaying] = useState(false);
  const [gone_s, setGone] = useState(0);
  const [why, setWhy] = useState("");
  const isFirst = useRef(true);
  const element = refs[side].current;
  const tempoOf = (one) => (one === "track" ? (span.tempo ?? 1) : 1);

  const start = (one, from_s) => {
    stopPlayer();
    setWhy("");
    const sound = refs[one].current;
    sound.currentTime = from_s * tempoOf(one);
    sound.play().catch((error) => error.name !== "AbortError" && setPlaying(false));
  };
  useEffect(() => {
    setGone(0);
    if (isPlaying || isFirst.current) start(side, 0);
    isFirst.current = false;
  }, [at_s]);

  const turnTo = (one) => {
    element?.pause();
    setSide(one);
    if (isPlaying) start(one, gone_s);
  };
  const listenersOf = (one) => ({
    onPlay: () => setPlaying(true),
    onPause: ({ currentTarget: sound }) => one === side && !sound.ended && setPlaying(false),
    onTimeUpdate: ({ currentTarget: sound }) => one === side && setGone(sound.currentTime / tempoOf(one)),
    onEnded: ({ currentTarget: sound }) => goOn(at_s + sound.currentTime / tempoOf(one)),
    onError: () => one === side && complain(one),
  });
  const goOn = (next_s) => {
    if (next_s < span.end_s - 1) onMove(next_s);
    else setPlaying(false);
  };
  const complain = async (one) => {
    setPlaying(false);
    const name = one === "track" ? titleOf(span.track) : "the recording";
    setWhy(await whySilent(sounds[one], name));
  };
  const toggle = () => (isPlaying ? element.pause() : start(side, gone_s));
  return { refs, side, isPlaying, gone_s, why, toggle, turnTo, listenersOf };
}
