// What a track sounds and looks like: its spectrogram, and over it the peaks that it is known by.

import { Frequencies, drawFrequencies, pitch } from "../canvas/axes.js";
import { Constellation, drawPeaks } from "../canvas/peaks.js";
import { Sound } from "../canvas/sound.js";
import { html, useEffect, useMemo, useState } from "../html.js";
import { useStore } from "../store.js";
import { clock, count } from "../words.js";
import { Button } from "./button.js";
import { Switch } from "./field.js";
import { play, playhead } from "./player.js";
import { Notice } from "./states.js";
import { ChartOverview, ChartReading, ChartTools, TimeChart, momentOf, useChart, useZoom } from "./time-chart.js";

const LEAST_S = 2;
const AROUND_S = 15;
/** The highest frequency where no sound tells how high it goes; peaks lie below. */
const HIGHEST_HZ = 3600;

/**
 * @param {{track: any, found: ReturnType<typeof useSound>, at_s: number | null}} props
 *   at_s: a moment that is looked for
 */
export function SoundMap({ track, found, at_s }) {
  const chart = useChart(0, track.duration_s, LEAST_S);
  const { sound, problem } = found;
  const stars = useMemo(() => new Constellation(track), [track.id]);
  useEffect(() => () => stars.close(), [stars]);
  useEffect(() => {
    if (at_s === null) return;
    chart.viewport.show(at_s - AROUND_S, at_s + AROUND_S);
    chart.picked.set({ at_s: Math.min(track.duration_s, Math.max(0, at_s)), height: 0.5 });
  }, [chart, at_s]);
  const head = useMemo(() => headOf(track), [track.id]);
  const [hasPeaks, setPeaks] = useState(true);
  const frequencies = useMemo(() => sound?.frequencies ?? Frequencies.linear(HIGHEST_HZ), [sound]);
  const read = (cursor) => `${momentOf(chart.viewport, cursor.at_s)} · ${pitch(frequencies.hz(cursor.height))}`;
  const draw = (context, frame) => {
    sound?.draw(context, frame);
    if (hasPeaks || !sound) drawPeaks(context, frame, frequencies, stars.within(frame.from_s, frame.to_s), { isAlone: !sound });
    drawFrequencies(context, frame, frequencies);
  };
  return html`<section class="sound-map" aria-label="Sound">
    <div class="chart-head">
      <${ChartReading} chart=${chart} read=${read} rest=${sound ? "Point at the sound to read it." : "Its constellation: what it is recognised by."} />
      ${!isSilent(problem) && html`<${PlayHere} chart=${chart} track=${track} />`}
      <${ChartTools} chart=${chart}>
        ${sound && html`<${Switch} label="Peaks" checked=${hasPeaks} onChange=${setPeaks} />`}
      <//>
    </div>
    <${TimeChart} chart=${chart} label="Spectrogram of the track, with its peaks" text=${useText(track, stars)} draw=${draw} read=${read}
      inputs=${[sound, stars, hasPeaks]} sources=${sound ? [stars, sound] : [stars]} head=${head} onEnter=${(moment_s) => play(track, moment_s)} />
    <${ChartOverview} chart=${chart} />
    <${Remark} found=${found} stars=${stars} chart=${chart} />
  </section>`;
}

/** Where the player is, as long as it plays this track. */
function headOf({ id }) {
  const at_s = (now) => (now?.id === id ? now.at_s : null);
  return { get: () => at_s(playhead.get()), subscribe: (listener) => playhead.subscribe((now) => listener(at_s(now))) };
}

/** Whether the problem is that nothing of the sound is kept. */
export const isSilent = (problem) => problem?.kind === "sound-gone";

/** The sound of a track, if anything of it is kept; else the problem. */
export function useSound(track) {
  const [state, setState] = useState({ sound: null, problem: null, isSought: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    let opened = null;
    setState({ sound: null, problem: null, isSought: true });
    Sound.open(track, closing.signal).then(
      (sound) => {
        opened = sound;
        if (closing.signal.aborted) sound.close();
        else setState({ sound, problem: null, isSought: false });
      },
      (problem) => closing.signal.aborted || setState({ sound: null, problem, isSought: false }),
    );
    return () => {
      closing.abort();
      opened?.close();
    };
  }, [track.id, turn]);
  return { ...state, retry: () => setTurn((count) => count + 1) };
}

function PlayHere({ chart, track }) {
  const picked = useStore(chart.picked);
  return picked && html`<${Button} icon="play" onClick=${() => play(track, picked.at_s)}>From ${clock(picked.at_s)}<//>`;
}

/** What is missing in the picture, and why. */
function Remark({ found: { sound, problem, isSought, retry }, stars, chart }) {
  const slices = useChanges(sound, stars);
  useZoom(chart);
  const { span_s } = chart.viewport;
  if (isSilent(problem)) return html`<${Notice}>${reasonOf(problem)}<//>`;
  const trouble = problem ?? slices.problem;
  if (trouble) {
    const again = () => {
      if (problem) retry();
      sound?.retry();
      stars.retry();
    };
    return html`<${Notice} isBad>Part of the picture is missing: ${trouble.message} <${Button} kind="bare" onClick=${again}>Try again<//><//>`;
  }
  if (sound && !sound.reaches(span_s)) return html`<p class="small quiet chart-remark">It is very long: come nearer to see its sound.</p>`;
  return html`<p class="small quiet chart-remark" role="status">${isSought || slices.isBusy ? "Drawing …" : ""}</p>`;
}

/** `the sound of 0197… is not there: REASON`, in words for people. */
function reasonOf({ message }) {
  const reason = message.slice(message.indexOf(": ") + 2);
  return `Its sound is not here: ${reason}. It is recognised all the same, by the constellation above.`;
}

/** Whether slices come or fail; in a component that is drawn again when that changes. */
function useChanges(sound, stars) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const ends = [sound, stars].filter(Boolean).map((one) => one.subscribe(() => redraw((count) => count + 1)));
    return () => ends.forEach((end) => end());
  }, [sound, stars]);
  return { isBusy: Boolean(sound?.isBusy || stars.isBusy), problem: sound?.problem ?? stars.problem };
}

/** The picture in words. */
function useText(track, stars) {
  const [text, setText] = useState(`${count(track.peaks)} peaks in ${clock(track.duration_s)}.`);
  useEffect(() => stars.subscribe(() => setText(textOf(track, stars))), [stars]);
  return text;
}

function textOf(track, stars) {
  const hz = Float64Array.from(stars.all().flatMap(({ frequency_hz }) => [...frequency_hz])).sort();
  const sum = `${count(track.peaks)} peaks in ${clock(track.duration_s)}`;
  if (!hz.length) return `${sum}.`;
  const at = (share) => pitch(hz[Math.floor(share * (hz.length - 1))]);
  return `${sum}, from ${at(0)} to ${at(1)}; half of them lie below ${at(0.5)}.`;
}
