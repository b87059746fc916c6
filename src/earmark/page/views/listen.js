// Listen: one big button, and what plays. Or a file.

import { get } from "../api.js";
import { drawConstellation } from "../canvas/constellation.js";
import { drawRing } from "../canvas/ring.js";
import { MovingSpectrogram } from "../canvas/spectrogram.js";
import { fitted } from "../canvas/surface.js";
import { onTheme } from "../canvas/palette.js";
import { clipOf } from "../clips.js";
import { Button } from "../components/button.js";
import { FileButton, Switch } from "../components/field.js";
import { Icon } from "../components/icons.js";
import { Progress } from "../components/progress.js";
import { ResultCard } from "../components/result-card.js";
import { Notice } from "../components/states.js";
import { say } from "../components/toast.js";
import { forgetAll, history } from "../history.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { analyser, begin, goOn, keepPrivate, listening, stop } from "../listening.js";
import { forget, nameFile, naming } from "../naming.js";
import { href } from "../router.js";
import { caller, may } from "../session.js";
import { useStore } from "../store.js";
import { useTitle } from "../titles.js";
import { byline, clock, percent, titleOf, when } from "../words.js";

const SOUND = "audio/*,video/*";

const HEADLINES = {
  resting: "What’s playing?",
  asking: "One moment …",
  listening: "Listening …",
  again: "Connecting again …",
};

const TROUBLES = {
  unknown: ["Not one of yours, as far as can be heard.", "Hold the device closer to the speaker, wait for a part without talking, or add the recording to the library."],
  silence: ["It is very quiet.", "Turn the music up, or move closer to it."],
  insecure: ["The microphone needs a safe connection.", "Browsers give it only to pages over HTTPS, or of this very machine. Start the server with --tls-self-signed. Files work in any case."],
  refused: ["The microphone is not allowed.", "Allow it in the browser’s settings for this site, then press the button again."],
  missing: ["There is no microphone.", "Plug one in, or choose a file."],
  offline: ["The server does not answer.", "Is it still running? Press the button to try again."],
  lost: ["The connection is lost.", "Is the server still running? Press the button to try again."],
};

export function Listen() {
  const state = useStore(listening);
  const asked = useStore(naming);
  const isEmpty = useEmptyLibrary();
  const best = asked ? asked.answer?.status === "identified" && asked.answer.matches[0] : state.found?.match;
  const isOn = state.phase !== "resting";
  useTitle("shown", isOn ? HEADLINES[state.phase] : best ? titleOf(best.track) : "");
  useEscape(isOn);
  const listen = () => {
    forget();
    begin();
  };
  return html`<${Stage} state=${state} isNamed=${Boolean(best)} onBegin=${listen} />
    <div class="listen-below">
      <div class="outcome" aria-live="polite">
        ${asked ? html`<${FileOutcome} asked=${asked} isEmpty=${isEmpty} />` : html`<${LiveOutcome} state=${state} isEmpty=${isEmpty} />`}
      </div>
      <div class="listen-options">
        <${FileButton} icon="file" accept=${SOUND} onFiles=${([file]) => nameFile(file)}>Choose a file<//>
        <div class="switches">
          <${Switch} label="Keep listening" checked=${state.goesOn} onChange=${goOn} disabled=${state.isPrivate} />
          <${Switch} label="Send no sound" checked=${state.isPrivate} onChange=${keepPrivate} />
        </div>
      </div>
      <${History} />
    </div>`;
}

/** Whether nothing can be named yet; asked once the server has said that whoever looks may. */
function useEmptyLibrary() {
  const isKnown = Boolean(useStore(caller)?.scope);
  const [isEmpty, setEmpty] = useState(false);
  useEffect(() => {
    if (!isKnown) return undefined;
    const closing = new AbortController();
    get("tracks", { limit: 1 }, closing.signal).then(({ tracks }) => setEmpty(!tracks.length), () => {}); // then it is not told
    return () => closing.abort();
  }, [isKnown]);
  return isEmpty;
}

/** Escape stops, wherever the focus is. */
function useEscape(isOn) {
  useEffect(() => {
    if (!isOn) return undefined;
    const press = (event) => event.key === "Escape" && stop();
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [isOn]);
}

/** The button, the ring around it and the spectrogram behind. */
function Stage({ state, isNamed, onBegin }) {
  const isOn = state.phase !== "resting";
  const band = useRef(null);
  const ring = useRef(null);
  useStage(band, ring, state.phase);
  return html`<section class="stage ${isOn ? "on" : ""} ${isNamed ? "named" : ""}">
    <h1>${isNamed && !isOn ? "Found it" : HEADLINES[state.phase]}</h1>
    <div class="stage-field">
      <canvas class="stage-band" ref=${band} aria-hidden="true"></canvas>
      <canvas class="stage-ring" ref=${ring} aria-hidden="true"></canvas>
      <button type="button" class="listen-button" aria-pressed=${isOn} onClick=${isOn ? stop : onBegin}>
        <${Icon} name=${isOn ? "stop" : "listen"} />
        <span>${isOn ? "Stop" : "Listen"}</span>
      </button>
    </div>
  </section>`;
}

const COLUMNS = 420;
const ROWS = 96;
const TOP_HZ = 4000;
const COLUMN_MS = 25;

/** Draw the band and the ring for as long as something is heard; at rest both stand still. */
function useStage(band, ring, phase) {
  const moving = useRef(null);
  useEffect(() => {
    moving.current ??= new MovingSpectrogram(COLUMNS, ROWS);
    const isOn = phase === "listening" || phase === "again";
    const [behind, around] = [band.current, ring.current]; // the refs are empty before this ends
    const paint = (bands) => {
      drawBand(behind, moving.current, isOn);
      const size = around.clientWidth;
      drawRing(fitted(around), size, size * 0.36, bands);
    };
    const unwatch = onTheme(() => {
      moving.current.recolour();
      paint([]);
    });
    const watcher = new ResizeObserver(() => paint([]));
    watcher.observe(behind); // which also paints for the first time
    const end = isOn ? animate(moving.current, paint) : () => {};
    return () => {
      end();
      unwatch();
      watcher.disconnect();
    };
  }, [phase]);
}

/** What is heard; at rest the last of it fades, and before anything was heard there are stars. */
function drawBand(canvas, moving, isOn) {
  const context = fitted(canvas);
  if (!isOn && moving.isEmpty) drawConstellation(context, canvas.clientWidth, canvas.clientHeight);
  context.globalAlpha = isOn ? 1 : 0.3;
  if (!moving.isEmpty) moving.draw(context, canvas.clientWidth, canvas.clientHeight);
  context.globalAlpha = 1;
}

function animate(moving, paint) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const every_ms = calm ? 1000 : COLUMN_MS;
  if (!calm) moving.rise();
  let drawn_ms = performance.now();
  let frame = requestAnimationFrame(function step(now_ms) {
    const source = analyser();
    const due = Math.min(8, Math.floor((now_ms - drawn_ms) / every_ms));
    if (source && due > 0) {
      const levels = levelsOf(source);
      for (let i = 0; i < due; i += 1) moving.push(levels);
      drawn_ms = now_ms;
      paint(calm ? [] : bandsOf(levels));
    }
    frame = requestAnimationFrame(step);
  });
  return () => cancelAnimationFrame(frame);
}

/** Rows of the spectrogram, from the lowest frequency up. */
function levelsOf(source) {
  const bins = new Uint8Array(source.frequencyBinCount);
  source.getByteFrequencyData(bins);
  const step = (TOP_HZ / (source.context.sampleRate / 2)) * (bins.length / ROWS);
  return Uint8Array.from({ length: ROWS }, (_, row) => bins[Math.min(bins.length - 1, Math.round(1 + row * step))]);
}

function bandsOf(levels) {
  const size = 4;
  return Array.from({ length: levels.length / size / 1.5 }, (_, i) => Math.max(...levels.slice(i * size, (i + 1) * size)));
}

function LiveOutcome({ state, isEmpty }) {
  const { found, trouble, candidates, phase } = state;
  if (found) {
    return html`<${ResultCard} key=${found.clipId} ...${found} />
      ${phase !== "resting" && html`<p class="small quiet after">Still listening for what comes next.</p>`}`;
  }
  if (isEmpty && (!trouble || trouble.kind === "unknown")) return html`<${NothingAdded} />`;
  if (trouble) return html`<${Trouble} trouble=${trouble} />`;
  if (candidates.length) return html`<${Candidates} candidates=${candidates} />`;
  if (phase === "listening") return html`<p class="hint quiet">A few seconds are enough.</p>`;
  return html`<p class="hint quiet">Press the button while the music plays, or bring a recording.</p>`;
}

/** Whoever comes first to a new server: nothing can be found where nothing is. */
function NothingAdded() {
  return html`<div class="kind-word">
    <h2>The library is empty.</h2>
    <p class="quiet">Add the recordings that are to be recognised, then press the button while one of them plays.</p>
    ${may("write") && html`<p><${Button} icon="library" href=${href("library")}>To the library<//></p>`}
  </div>`;
}

function Candidates({ candidates }) {
  return html`<ul class="candidates" aria-label="Perhaps">
    ${candidates.map(({ track, confidence }) => html`<li key=${track.id}>
      <div class="cell">${titleOf(track)} <span class="quiet">${track.artist}</span></div>
      <${Progress} share=${confidence} label="How sure" />
    </li>`)}
  </ul>`;
}

function Trouble({ trouble }) {
  const [title, help] = TROUBLES[trouble.kind] ?? ["That did not work.", trouble.message];
  return html`<div class="kind-word"><h2>${title}</h2><p class="quiet">${help}</p></div>`;
}

const VERDICTS = {
  ambiguous: ["It could be several.", "The clip fits more than one recording about equally well."],
  no_match: ["Not one of yours, as far as can be heard.", "A longer or cleaner clip may help; or the recording is not in the library yet."],
  too_short: ["That is too short.", "Two seconds of music are the least; five are plenty."],
  silent: ["There is nothing to hear in it.", "The clip is silent."],
};

const WORTH_TELLING = 0.05;

function FileOutcome({ asked: { name, share, answer, clipId, problem }, isEmpty }) {
  if (problem) return html`<${Notice} isBad>${name}: ${problem.message}<//>`;
  if (!answer) {
    return html`<div class="asking"><p class="cell">${share < 1 ? "Sending" : "Listening to"} ${name}</p><${Progress} share=${share} label="Sent" /></div>`;
  }
  if (answer.status === "identified") {
    const [match, ...others] = answer.matches;
    return html`<${ResultCard} key=${clipId} match=${match} others=${others} rival=${answer.candidates[0]} clipId=${clipId} />`;
  }
  if (isEmpty && answer.status === "no_match") return html`<${NothingAdded} />`;
  const [title, help] = VERDICTS[answer.status] ?? ["That did not work.", answer.error?.message];
  const likely = [...answer.matches, ...answer.candidates].filter(({ confidence }) => confidence >= WORTH_TELLING).slice(0, 3);
  return html`<div class="kind-word">
    <h2>${title}</h2>
    <p class="quiet">${help}</p>
    ${likely.length > 0 && html`<${Candidates} candidates=${likely} />`}
    ${clipId && html`<p><${Button} icon="explain" href=${href("explain", [clipId])}>Why not?<//></p>`}
  </div>`;
}

function History() {
  const entries = useStore(history);
  if (!entries.length) return null;
  const clear = () => say("What was heard is forgotten.", { label: "Undo", run: forgetAll() });
  return html`<section class="history" aria-labelledby="history">
    <div class="history-head">
      <h2 id="history">Heard before</h2>
      <${Button} kind="bare" onClick=${clear}>Clear<//>
    </div>
    <ul>
      ${entries.map((entry) => html`<li key=${entry.at}><a href=${href("track", [entry.track.id], { at: entry.offset_s })}>
        <span class="cell"><strong>${titleOf(entry.track)}</strong> <span class="quiet">${byline(entry.track)}</span></span>
        <span class="small quiet">${clock(Math.max(0, entry.offset_s))} · ${percent(entry.confidence)} · ${when(new Date(entry.at))}</span>
      </a>${clipOf(entry.clipId) && html`<${Button} kind="bare" icon="explain" label="Why ${titleOf(entry.track)}?" href=${href("explain", [entry.clipId])} />`}</li>`)}
    </ul>
    <p class="small quiet">Only this browser knows.</p>
  </section>`;
}
