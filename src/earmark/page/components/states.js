// What stands where there is nothing to show yet, nothing at all, or something went wrong.

import { html, useEffect, useState } from "../html.js";
import { Button } from "./button.js";
import { Icon } from "./icons.js";

const PATIENCE_MS = 300;

/** Nothing is there; `children` is what can be done about it. */
export function Empty({ icon, title, text, children }) {
  return html`<div class="state">
    <${Icon} name=${icon} class="sign" />
    <h2>${title}</h2>
    ${text && html`<p>${text}</p>`}
    ${children && html`<div class="actions">${children}</div>`}
  </div>`;
}

/** It comes; what comes at once is not announced. */
export function Loading({ what = "Loading" }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="state" role="status" aria-busy="true">${isSlow && html`<p>${what} …</p>`}</div>`;
}

/** A whole view that could not be shown. */
export function Failed({ problem, onRetry }) {
  const title = problem.isOffline ? "No answer" : problem.title || "That did not work";
  return html`<div class="state" role="alert">
    <${Icon} name="warning" class="sign" />
    <h2>${title}</h2>
    <p>${problem.message}</p>
    ${problem.requestId && html`<p class="small">The server's log calls this request <code>${problem.requestId}</code>.</p>`}
    ${onRetry && html`<${Button} onClick=${onRetry}>Try again<//>`}
  </div>`;
}

/** Part of a view where something is to be told. */
export function Notice({ isBad = false, children }) {
  return html`<div class="notice ${isBad ? "bad" : ""}" role=${isBad ? "alert" : "status"}>${children}</div>`;
}
