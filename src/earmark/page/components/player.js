// One player for the whole page: what it plays goes on when the view changes.

import { address, problemOf } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { createStore, useStore } from "../store.js";
import { useTitle } from "../titles.js";
import { byline, clock, titleOf } from "../words.js";
import { Button } from "./button.js";
import { say } from "./toast.js";

/** What is played: `{track, start_s, turn}`; null if nothing is. */
const playing = createStore(null);
let turn = 0;

/** Where it is: `{id, at_s}` of the track; null if nothing is played. */
export const playhead = createStore(null);

/** Play a track from a place in it. */
export function play(track, start_s = 0) {
  turn += 1;
  playing.set({ track, start_s: Math.max(0, start_s), turn });
}

/** Play nothing any more. */
export function stop() {
  playing.set(null);
}

export const usePlaying = () => useStore(playing);

const soundOf = (track) => address(`tracks/${track.id}/audio`).href; // a URL would be new each time

export function Player() {
  const now = usePlaying();
  return now && html`<${Bar} key=${now.turn} track=${now.track} start_s=${now.start_s} />`;
}

function Bar({ track, start_s }) {
  const audio = useRef(null);
  const [at_s, setAt] = useState(start_s);
  const [isPaused, setPaused] = useState(true);

  useEffect(() => {
    const element = audio.current;
    element.currentTime = start_s;
    element.play().catch(() => setPaused(true)); // a browser may want a click first
    return () => {
      element.pause();
      playhead.set(null);
    };
  }, []);

  useTitle("heard", isPaused ? "" : `▶ ${titleOf(track)}`);
  useMediaKeys(track);

  const seek = (event) => {
    audio.current.currentTime = Number(event.currentTarget.value);
  };
  return html`<section class="player" aria-label="Player">
    <audio ref=${audio} src=${soundOf(track)} preload="auto" onPlay=${() => setPaused(false)}
      onPause=${() => setPaused(true)} onTimeUpdate=${({ currentTarget: { currentTime } }) => {
        setAt(currentTime);
        playhead.set({ id: track.id, at_s: currentTime });
      }}
      onError=${() => complain(track)}></audio>
    <${Button} kind="main" icon=${isPaused ? "play" : "pause"} label=${isPaused ? "Play" : "Pause"}
      onClick=${() => (isPaused ? audio.current.play() : audio.current.pause())} />
    <div class="cell">
      <strong>${titleOf(track)}</strong>
      <div class="small quiet cell">${byline(track)}</div>
    </div>
    <div class="scrub">
      <span>${clock(at_s)}</span>
      <input type="range" aria-label="Position" aria-valuetext=${clock(at_s)} min="0" max=${Math.ceil(track.duration_s)}
        step="any" value=${at_s} onInput=${seek} />
      <span>${clock(track.duration_s)}</span>
    </div>
    <${Button} kind="bare" icon="close" label="Close the player" onClick=${stop} />
  </section>`;
}

/** What keys for media, headphones and locked screens show and do. */
function useMediaKeys({ title, path, artist, album }) {
  useEffect(() => {
    const session = navigator.mediaSession;
    if (!session) return undefined;
    session.metadata = new MediaMetadata({ title: titleOf({ title, path }), artist: artist ?? "", album: album ?? "" });
    return () => {
      session.metadata = null;
    };
  }, [title, path, artist, album]);
}

async function complain(track) {
  stop();
  say(await whySilent(soundOf(track), titleOf(track)));
}

/** Why there is no sound, in words: the server knows, an audio element does not. */
export async function whySilent(sound, name) {
  const response = await fetch(sound, { headers: { Range: "bytes=0-0" } }).catch(() => null);
  if (response === null) return "The server does not answer, so that nothing can be played.";
  if (response.ok) return `This browser cannot play the sound of ${name}.`;
  return `It cannot be played: ${(await problemOf(response)).message}`;
}
