import { html } from "../html.js";

/** A sheet of paper; `folded`: its corner is, as that of something to be remembered. */
export function Card({ folded = false, class: extra = "", children, ...rest }) {
  return html`<article class="card ${folded ? "folded" : ""} ${extra}" ...${rest}>${children}</article>`;
}
