// A track, and the moment of it, handed on: by the system where it has a way, else as text to be pasted.

import { html } from "../html.js";
import { href } from "../router.js";
import { byline, clock, titleOf } from "../words.js";
import { Button } from "./button.js";
import { say } from "./toast.js";

/** Where a finger points, a system's own sheet of ways to share is at home. */
const byTouch = matchMedia("(pointer: coarse)");

/** @param {{track: any, at_s?: number}} props `at_s`: a moment of it, if it is about one */
export function ShareButton({ track, at_s }) {
  const share = () => {
    const url = new URL(href("track", [track.id], { at: at_s?.toFixed(1) }), location.href).href;
    const text = textOf(track, at_s);
    if (navigator.share && byTouch.matches) navigator.share({ title: titleOf(track), text, url }).catch(() => {}); // it was closed
    else copy(`${text}\n${url}`);
  };
  return html`<${Button} kind="bare" icon="share" label="Share ${titleOf(track)}" onClick=${share} />`;
}

/** `Title · Artist · Album, at 1:23`. */
function textOf(track, at_s) {
  const name = [titleOf(track), byline(track)].filter(Boolean).join(" · ");
  return at_s === undefined ? name : `${name}, at ${clock(at_s)}`;
}

async function copy(text) {
  const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  say(isCopied || copiedOldWay(text) ? "Copied: its name, and a link to it here." : "This browser lets no page copy. The link is in its address bar once you open the track.");
}

/** Over plain HTTP from another machine there is no clipboard to write to. */
function copiedOldWay(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isCopied;
}
