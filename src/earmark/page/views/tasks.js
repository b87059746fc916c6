// Tasks: what the server works at, and what came of it.

import { pause, remove } from "../api.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icons.js";
import { Progress } from "../components/progress.js";
import { Empty, Failed, Loading, Notice } from "../components/states.js";
import { say } from "../components/toast.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { href } from "../router.js";
import { may } from "../session.js";
import { styled } from "../stylesheet.js";
import { hasEnded, listTasks, shareOf } from "../tasks.js";
import { clock, length, many, percent, titleOf, when } from "../words.js";

const PART = 40;
const BUSY_MS = 1000;
const CALM_MS = 5000;
const MOST_NAMED = 5;
/** How the server calls a clip that came without a name. */
const UNNAMED = "<body>";

const KINDS = {
  add: { icon: "library", doing: "Adding", done: "Added" },
  identify: { icon: "listen", doing: "Naming", done: "Named" },
  scan: { icon: "scan", doing: "Scanning", done: "Scanned" },
  duplicates: { icon: "copies", doing: "Looking for duplicates", done: "Looked for duplicates" },
};

export function View() {
  const { seen, problem, more, refresh } = useTasks();
  if (!seen && problem) return html`<${Top} /><${Failed} problem=${problem} onRetry=${refresh} />`;
  if (!seen) return html`<${Top} /><${Loading} what="Fetching the tasks" />`;
  const underway = seen.tasks.filter((task) => !hasEnded(task));
  const ended = seen.tasks.filter(hasEnded);
  const cancel = may("write") && ((task) => remove(`tasks/${task.id}`).then(refresh, (error) => say(error.message)));
  return html`<${Top} />
    ${problem && html`<${Notice}>The server does not answer at the moment. What is below may be out of date; it is tried again.<//>`}
    ${seen.isOwnOnly && html`<p class="quiet tasks-own">Your key may not list all tasks. These are the ones that this browser began.</p>`}
    ${!seen.tasks.length && html`<${Empty} icon="tasks" title="Nothing to do" text="Files that are added and long recordings that are scanned are worked at in the background. What becomes of them stands here." />`}
    ${underway.length > 0 && html`<${Group} title="Under way">${underway.map((task) => html`<${Task} key=${task.id} task=${task} onCancel=${cancel && (() => cancel(task))} />`)}<//>`}
    ${ended.length > 0 && html`<${Group} title="Ended">${ended.map((task) => html`<${Task} key=${task.id} task=${task} />`)}<//>`}
    ${seen.next_cursor && html`<div class="actions tasks-more"><${Button} onClick=${more}>Show more<//></div>`}`;
}

function Top() {
  return html`<div class="view-head"><h1>Tasks</h1></div>`;
}

function Group({ title, children }) {
  return html`<section class="tasks" aria-label=${title}><h2>${title}</h2><ul>${children}</ul></section>`;
}

function Task({ task, onCancel }) {
  const { icon, doing, done } = KINDS[task.kind];
  const isOver = hasEnded(task);
  const isBad = task.state === "failed" || Boolean(task.result?.error);
  return html`<li class="row task ${isBad ? "bad" : ""}">
    <span class="task-sign"><${Icon} name=${isBad ? "warning" : icon} /></span>
    <div class="task-what">
      <h3 class="cell">${task.state === "done" && !isBad ? done : doing} <span class="task-files">${filesOf(task)}</span></h3>
      <div class="task-state">${isOver ? html`<${Outcome} task=${task} />` : html`<${State} task=${task} />`}</div>
    </div>
    <p class="small quiet task-when">${when(new Date(task.finished_at ?? task.created_at))}${tookOf(task)}</p>
    ${onCancel && html`<${Button} onClick=${onCancel} aria-label="Cancel: ${doing} ${filesOf(task)}">Cancel<//>`}
  </li>`;
}

function filesOf({ files }) {
  if (files.length > 1) return `${files[0]} and ${many(files.length - 1, "other")}`;
  return files[0] === UNNAMED ? "a clip" : (files[0] ?? "");
}

function tookOf({ started_at, finished_at }) {
  if (!started_at || !finished_at) return "";
  const took_s = (new Date(finished_at) - new Date(started_at)) / 1000;
  return took_s >= 1 ? ` · took ${length(took_s)}` : "";
}

function State({ task }) {
  const share = shareOf(task);
  if (task.state === "queued") return html`<p class="small quiet">Waits for its turn${task.attempts ? ", once more" : ""}</p>`;
  const far = task.kind === "scan" && share !== null ? `${clock(task.progress.done)} of ${clock(task.progress.total)}` : share !== null && percent(share);
  return html`<${Progress} share=${share} label="How far it is" /><p class="small quiet">${far || "Under way"}</p>`;
}

/** What came of it, in words and links. */
function Outcome({ task }) {
  const { state, kind, error, result } = task;
  if (state === "cancelled") return html`<p class="small quiet">Cancelled</p>`;
  if (state === "failed") return html`<p class="small task-why">${error?.detail ?? "It failed."}</p>`;
  if (result.error) return html`<p class="small task-why">${result.error.message}</p>`;
  if (kind === "add") return html`<${Added} result=${result} />`;
  if (kind === "scan") return html`<p class="small"><a href=${href("scan", [task.id])}>${foundIn(result)}</a></p>`;
  if (kind === "identify") return html`<${Named} result=${result} />`;
  return html`<p class="small quiet">${result.groups.length ? `${many(result.groups.length, "group")} of recordings that are alike` : "Nothing is there twice"}</p>`;
}

function foundIn({ spans, duration_s }) {
  return `${many(spans.filter(({ track }) => track).length, "stretch", "stretches")} of your tracks in ${length(duration_s)}`;
}

function Added({ result: { tracks, skipped } }) {
  const known = tracks.filter(({ is_new }) => !is_new).length;
  return html`${tracks.length > 0 && html`<p class="small quiet cell">${tracks.slice(0, MOST_NAMED).map(({ track }, i) => html`${i > 0 && ", "}<a key=${track.id} href=${href("track", [track.id])}>${titleOf(track)}</a>`)}${tracks.length > MOST_NAMED && ` and ${many(tracks.length - MOST_NAMED, "other")}`}${known > 0 && ` · ${known} there before`}</p>`}
    ${skipped.slice(0, MOST_NAMED).map(({ name, cause }) => html`<p key=${name} class="small task-why">${name}: ${cause}</p>`)}
    ${skipped.length > MOST_NAMED && html`<p class="small quiet">and ${many(skipped.length - MOST_NAMED, "other")} passed over</p>`}`;
}

function Named({ result: { matches } }) {
  if (!matches.length) return html`<p class="small quiet">Not one of yours</p>`;
  const [{ track, confidence, offset_s }] = matches;
  return html`<p class="small quiet"><a href=${href("track", [track.id], { at: Math.max(0, offset_s) })}>${titleOf(track)}</a> · ${percent(confidence)}</p>`;
}

/** All tasks, looked at again and again; oftener while something is under way. */
function useTasks() {
  const [state, setState] = useState({ seen: null, problem: null });
  const limit = useRef(PART);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    watch(closing.signal, limit, (part) => setState((now) => ({ ...now, ...part })));
    return () => closing.abort();
  }, [turn]);
  const refresh = () => setTurn((now) => now + 1);
  const more = () => {
    limit.current += PART;
    refresh();
  };
  return { ...state, more, refresh };
}

async function watch(signal, limit, onChange) {
  while (!signal.aborted) {
    let isBusy = false;
    try {
      const seen = await listTasks({ limit: limit.current }, signal);
      isBusy = seen.tasks.some((task) => !hasEnded(task));
      onChange({ seen, problem: null });
    } catch (problem) {
      if (!signal.aborted) onChange({ problem });
    }
    await pause(isBusy ? BUSY_MS : CALM_MS, signal).catch(() => {}); // the view was left
  }
}

await styled("tasks");
