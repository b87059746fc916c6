import { soundsOf } from "../files.js";
import { html, useId } from "../html.js";
import { Icon } from "./icons.js";
import { say } from "./toast.js";

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

/** A button that lets the user choose files; more attributes are those of the input. */
export function FileButton({ children, icon, kind = "plain", class: extra = "", onFiles, ...rest }) {
  return html`<label class="button ${kind} file-button ${extra}">
    <${Icon} name=${icon} />${children}
    <input class="unseen" type="file" ...${rest} onChange=${(event) => {
      const files = [...event.currentTarget.files];
      event.currentTarget.value = ""; // the same file may be chosen again
      if (files.length) onFiles(files);
    }} />
  </label>`;
}

/** A button that lets the user choose a whole folder: of its files those that may be sound are taken. */
export function FolderButton({ children, onFiles }) {
  const choose = (files) => {
    const sounds = soundsOf(files);
    if (sounds.length) onFiles(sounds);
    else say("There is no sound in this folder.");
  };
  return html`<${FileButton} class="folder-button" icon="folder" webkitdirectory onFiles=${choose}>${children}<//>`;
}
