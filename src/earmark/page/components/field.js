import { html, useId } from "../html.js";
import { Icon } from "./icons.js";

/** A labelled input, and below it what is wrong with what was typed. */
export function Field({ label, problem, class: extra = "", ...rest }) {
  const id = useId();
  return html`<div class="field ${extra}">
    <label for=${id}>${label}</label>
    <input id=${id} class="input" aria-invalid=${problem ? "true" : undefined}
      aria-describedby=${problem ? `${id}-problem` : undefined} ...${rest} />
    ${problem && html`<p id="${id}-problem" class="field-problem">${problem}</p>`}
  </div>`;
}

/** @param {{label: string, value: string, onInput: (text: string) => void}} props */
export function Search({ label, value, onInput, ...rest }) {
  return html`<div class="search" role="search">
    <${Icon} name="search" />
    <input class="input" type="search" aria-label=${label} placeholder=${label} value=${value}
      autocomplete="off" spellcheck=${false} onInput=${(event) => onInput(event.currentTarget.value)} ...${rest} />
  </div>`;
}

/** @param {{label: string, checked: boolean, onChange: (checked: boolean) => void, disabled?: boolean}} props */
export function Switch({ label, checked, onChange, disabled = false }) {
  return html`<label class="switch">
    <input type="checkbox" role="switch" checked=${checked} disabled=${disabled} onChange=${(event) => onChange(event.currentTarget.checked)} />
    <span>${label}</span>
  </label>`;
}

/** A button that lets the user choose files. */
export function FileButton({ children, icon, accept, multiple = false, kind = "plain", onFiles }) {
  return html`<label class="button ${kind} file-button">
    <${Icon} name=${icon} />${children}
    <input class="unseen" type="file" accept=${accept} multiple=${multiple} onChange=${(event) => {
      const files = [...event.currentTarget.files];
      event.currentTarget.value = ""; // the same file may be chosen again
      if (files.length) onFiles(files);
    }} />
  </label>`;
}
