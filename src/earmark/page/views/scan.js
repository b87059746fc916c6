// Scan: a long recording, and everything of the library in it.

import { address, remove } from "../api.js";
import { Button } from "../components/button.js";
import { Compare } from "../components/compare.js";
import { DropZone } from "../components/drop-zone.js";
import { FileButton } from "../components/field.js";
import { Progress } from "../components/progress.js";
import { SpanTable } from "../components/span-table.js";
import { Empty, Failed, Loading, Notice } from "../components/states.js";
import { Timeline } from "../components/timeline.js";
import { say } from "../components/toast.js";
import { html, useEffect, useState } from "../html.js";
import { go, href, place as here } from "../router.js";
import { giveUp, send, sending } from "../scans.js";
import { may } from "../session.js";
import { useStore } from "../store.js";
import { styled } from "../stylesheet.js";
import { hasEnded, listTasks, shareOf, useTask } from "../tasks.js";
import { clock, length, many, percent, when } from "../words.js";

const SOUND = "audio/*,video/*";
const MOST_EARLIER = 30;
const FORMS = [
  ["csv", "CSV"],
  ["cue", "CUE sheet"],
  ["jsonl", "JSON lines"],
];

export function View({ place }) {
  const [id] = place.parts;
  const begin = async ([file]) => {
    go(href("scan"));
    const task = await send(file);
    if (task && here.get().view === "scan" && !here.get().parts.length) go(href("scan", [task.id]));
  };
  return html`<${DropZone} label="Drop a long recording to find what is in it" onFiles=${begin} />
    ${id ? html`<${Scan} key=${id} id=${id} onFiles=${begin} />` : html`<${Start} onFiles=${begin} />`}`;
}

function Start({ onFiles }) {
  const sent = useStore(sending);
  return html`<div class="view-head"><h1>Scan</h1></div>
    <div class="scan-start">
      <section class="scan-drop ${sent ? "busy" : ""}" aria-label="A new scan">
        ${sent ? html`<${Sending} sent=${sent} onFiles=${onFiles} />` : html`
          <h2>A concert, a mix, a day of radio</h2>
          <p class="quiet">Drop a long recording here, and see which of your tracks are in it, and when.</p>
          <${FileButton} kind="main" icon="upload" accept=${SOUND} onFiles=${onFiles}>Choose a recording<//>`}
      </section>
      <${Earlier} />
    </div>`;
}

function Sending({ sent: { name, share, problem }, onFiles }) {
  if (problem) {
    return html`<h2>${name} could not be sent</h2>
      <p class="quiet" role="alert">${problem.message}</p>
      <div class="actions"><${FileButton} icon="upload" accept=${SOUND} onFiles=${onFiles}>Choose another<//>
        <${Button} kind="bare" onClick=${giveUp}>Close<//></div>`;
  }
  return html`<h2>Sending ${name}</h2>
    <${Progress} share=${share} label="Sent" />
    <p class="quiet">${percent(Math.min(0.99, share))}. You may look at something else meanwhile.</p>
    <${Button} onClick=${giveUp}>Stop<//>`;
}

/** Scans of the last days, as far as the server still has them. */
function Earlier() {
  const [seen, setSeen] = useState({ list: null, problem: null });
  useEffect(() => {
    const closing = new AbortController();
    listTasks({ kind: "scan", limit: MOST_EARLIER }, closing.signal).then(
      (list) => setSeen({ list, problem: null }),
      (problem) => closing.signal.aborted || setSeen({ list: null, problem }),
    );
    return () => closing.abort();
  }, []);
  const { list, problem } = seen;
  return html`<section class="earlier" aria-labelledby="earlier">
    <h2 id="earlier">Earlier scans</h2>
    ${problem && html`<${Notice} isBad>${problem.message}<//>`}
    ${list && !list.tasks.length && html`<p class="quiet">None yet. Scans are kept for a while, and then forgotten.</p>`}
    ${list && html`<ul class="rows">${list.tasks.map((task) => html`<${EarlierScan} key=${task.id} task=${task} />`)}</ul>`}
    ${list?.isOwnOnly && html`<p class="small quiet">Those that this browser began.</p>`}
  </section>`;
}

function EarlierScan({ task }) {
  return html`<li><a class="row" href=${href("scan", [task.id])}>
    <strong class="cell">${task.files[0] ?? "A recording"}</strong>
    <span class="small quiet">${outcomeOf(task)} · ${when(new Date(task.created_at))}</span>
  </a></li>`;
}

function outcomeOf({ state, result, error }) {
  if (state === "done") return result.error ? result.error.message : `${many(tracksIn(result.spans), "track")} in ${length(result.duration_s)}`;
  if (state === "failed") return error?.detail ?? "failed";
  return { queued: "waits", running: "is listened to", cancelled: "was cancelled" }[state];
}

const tracksIn = (spans) => new Set(spans.filter(({ track }) => track).map(({ track }) => track.id)).size;

function Scan({ id, onFiles }) {
  const { task, problem, retry } = useTask(`scans/${id}`);
  if (problem && !task) return html`<${Failed} problem=${problem} onRetry=${retry} />`;
  if (!task) return html`<${Loading} what="Fetching the scan" />`;
  if (!hasEnded(task)) return html`<${Underway} task=${task} problem=${problem} onRetry=${retry} />`;
  const why = task.error?.detail ?? task.result?.error?.message;
  if (task.state === "cancelled" || why) return html`<${Fruitless} task=${task} why=${why} onFiles=${onFiles} />`;
  return html`<${Found} id=${id} name=${task.files[0]} result=${task.result} begun=${task.created_at} />`;
}

function Underway({ task, problem, onRetry }) {
  const share = shareOf(task);
  const cancel = () => remove(`tasks/${task.id}`).then(onRetry, (error) => say(error.message));
  return html`<${Head} name=${task.files[0]} />
    <section class="scan-drop busy" role="status">
      <h2>${task.state === "queued" ? "It waits for its turn" : "Listening to all of it"}</h2>
      <${Progress} share=${share} label="Listened to" />
      <p class="quiet">${share === null ? "It begins in a moment." : `${clock(task.progress.done)} of ${clock(task.progress.total)}`}</p>
      ${problem && html`<${Notice} isBad>${problem.message} <${Button} onClick=${onRetry}>Try again<//><//>`}
      ${may("write") && html`<${Button} onClick=${cancel}>Cancel<//>`}
    </section>`;
}

function Fruitless({ task, why, onFiles }) {
  return html`<${Head} name=${task.files[0]} />
    <${Empty} icon="scan" title=${why ? "It could not be scanned" : "It was cancelled"} text=${why}>
      <${FileButton} icon="upload" accept=${SOUND} onFiles=${onFiles}>Choose a recording<//>
    <//>`;
}

function Head({ name }) {
  return html`<p class="trail"><a href=${href("scan")}>Scan</a></p>
    <div class="view-head"><h1 class="scan-name">${name ?? "A recording"}</h1></div>`;
}

function Found({ id, name, result, begun }) {
  const { spans, duration_s } = result;
  const [chosen, setChosen] = useState(null);
  const choose = (index, at_s) => setChosen({ index, at_s });
  return html`<${Head} name=${name} />
    <div class="scan-sum">
      <p class="quiet">${sumOf(result)} · ${when(new Date(begun))}</p>
      ${spans.length > 0 && html`<${Exports} id=${id} />`}
    </div>
    ${spans.length === 0 ? html`<${Empty} icon="quiet" title="There is nothing to hear in it" text="The recording is silent, or too short." />` : html`
      <${Timeline} spans=${spans} duration_s=${duration_s} chosen=${chosen?.index ?? null} onChoose=${choose} />
      <${SpanTable} spans=${spans} chosen=${chosen?.index ?? null} onChoose=${choose} />
      ${chosen && html`<${Compare} key=${chosen.index} scanId=${id} span=${spans[chosen.index]} at_s=${chosen.at_s}
        onMove=${(at_s) => setChosen({ ...chosen, at_s })} onClose=${() => setChosen(null)} />`}`}`;
}

function Exports({ id }) {
  return html`<div class="exports" role="group" aria-label="Export">
    ${FORMS.map(([form, label]) => html`<${Button} key=${form} kind="bare" icon="download" href=${address(`scans/${id}/export`, { format: form }).href} download>${label}<//>`)}
  </div>`;
}

function sumOf({ spans, duration_s }) {
  const unknown_s = spans.filter(({ track }) => !track).reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
  const parts = [`${many(tracksIn(spans), "track")} in ${length(duration_s)}`, unknown_s >= 1 && `${length(unknown_s)} unknown`];
  return parts.filter(Boolean).join(" · ");
}

await styled("scan");
