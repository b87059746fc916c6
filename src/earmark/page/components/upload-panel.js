// What becomes of the files that were added.

import { html } from "../html.js";
import { href } from "../router.js";
import { useStore } from "../store.js";
import { clearEnded, retry, tally, uploads } from "../uploads.js";
import { many, titleOf } from "../words.js";
import { Button } from "./button.js";
import { Icon } from "./icons.js";
import { Progress } from "./progress.js";

const MOST_SHOWN = 60;
const SAYS = { waiting: "waits", sending: "is sent", working: "is listened to", added: "added", known: "was there already" };
const ORDER = ["failed", "sending", "working", "waiting", "added", "known"];

export function UploadPanel() {
  const list = useStore(uploads);
  if (!list.length) return null;
  const counts = tally(list);
  const done = counts.added + counts.known + counts.failed;
  const shown = [...list].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, MOST_SHOWN);
  return html`<section class="card uploads" aria-label="Files being added">
    <div class="uploads-head">
      <h2>${done < list.length ? `Adding ${many(list.length, "file")}` : summaryOf(counts)}</h2>
      ${done === list.length && html`<${Button} kind="bare" icon="close" label="Close" onClick=${clearEnded} />`}
    </div>
    ${done < list.length && html`<${Progress} share=${shareOf(list)} label="All files" />`}
    ${done === list.length && counts.added > 0 && html`<p class="small quiet">It is recognised from now on. <a href=${href("listen")}>Listen</a></p>`}
    <ul>${shown.map((one) => html`<${Row} key=${one.id} upload=${one} />`)}</ul>
    ${list.length > MOST_SHOWN && html`<p class="small quiet">and ${many(list.length - MOST_SHOWN, "other")}</p>`}
  </section>`;
}

function Row({ upload: { id, name, state, why, track, file } }) {
  const isBad = state === "failed";
  return html`<li class=${isBad ? "bad" : ""}>
    <span class="upload-sign">${state === "added" && html`<${Icon} name="check" />`}${isBad && html`<${Icon} name="warning" />`}</span>
    <span class="cell">${track ? html`<a href=${href("track", [track.id])}>${titleOf(track)}</a>` : name}</span>
    <span class="small upload-why">${isBad ? why : SAYS[state]}</span>
    ${isBad && file && html`<${Button} kind="bare" onClick=${() => retry(id)}>Again<//>`}
  </li>`;
}

function summaryOf({ added, known, failed }) {
  const parts = [many(added, "track") + " added", known && `${known} already there`, failed && `${failed} failed`];
  return parts.filter(Boolean).join(", ");
}

/** Sending is half of it. */
function shareOf(list) {
  const shares = list.map(({ state, share }) => (["waiting", "sending", "working"].includes(state) ? share / 2 : 1));
  return shares.reduce((sum, share) => sum + share, 0) / list.length;
}
