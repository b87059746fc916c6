// Short messages that go by themselves.

import { html } from "../html.js";
import { createStore, useStore } from "../store.js";
import { Button } from "./button.js";

const LASTS_MS = 8000;
const toasts = createStore([]);
let latest = 0;

/**
 * Say something in passing; `action` is what can be done about it.
 * @param {string} text
 * @param {{label: string, run: () => void}} [action]
 */
export function say(text, action) {
  latest += 1;
  const id = latest;
  const gone = () => toasts.set(toasts.get().filter((toast) => toast.id !== id));
  toasts.set([...toasts.get().slice(-2), { id, text, action, gone }]);
  setTimeout(gone, LASTS_MS);
}

export function Toasts() {
  const shown = useStore(toasts);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.map(({ id, text, action, gone }) => html`<div class="toast" key=${id}>
      <span>${text}</span>
      ${action && html`<${Button} kind="bare" onClick=${() => {
        gone();
        action.run();
      }}>${action.label}<//>`}
      <${Button} kind="bare" icon="close" label="Close" onClick=${gone} />
    </div>`)}
  </div>`;
}
