// A clip, to be heard beside the place of the track that it was found at.

import { html, useEffect, useRef, useState } from "../html.js";
import { clock } from "../words.js";
import { Button } from "./button.js";
import { play, stop as stopPlayer } from "./player.js";
import { say } from "./toast.js";

/**
 * @param {{clip: {blob: Blob, name: string}, head: any, match?: any}} props
 *   `head`: a store that is told where the clip plays, in seconds; null if it does not
 */
export function ClipSound({ clip, head, match }) {
  const audio = useRef(null);
  const [isPlaying, setPlaying] = useState(false);
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(clip.blob);
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
      head.set(null);
    };
  }, [clip]);
  useTicking(isPlaying, () => head.set(audio.current.currentTime));

  const toggle = () => {
    if (isPlaying) {
      audio.current.pause();
      return;
    }
    stopPlayer();
    audio.current.play().catch(() => say("This browser cannot play the clip."));
  };
  const playTrack = () => {
    audio.current.pause();
    play(match.track, match.offset_s);
  };
  return html`<div class="actions">
    ${address && html`<audio ref=${audio} src=${address} onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onEnded=${() => head.set(null)}></audio>`}
    <${Button} kind="main" icon=${isPlaying ? "pause" : "play"} onClick=${toggle}>${isPlaying ? "Pause" : "The clip"}<//>
    ${match && html`<${Button} icon="play" onClick=${playTrack}>The track, from ${clock(Math.max(0, match.offset_s))}<//>`}
  </div>`;
}

/** Call a function with every frame, as long as something goes on. */
function useTicking(isOn, tick) {
  useEffect(() => {
    if (!isOn) return undefined;
    let frame = requestAnimationFrame(function step() {
      tick();
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isOn]);
}
