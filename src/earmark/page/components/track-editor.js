// What is known about a track, to be changed where it stands.

import { html, useEffect, useRef, useState } from "../html.js";
import { Button } from "./button.js";
import { Field } from "./field.js";
import { Notice } from "./states.js";

const FIELDS = [
  ["title", "Title"],
  ["artist", "Artist"],
  ["album", "Album"],
  ["year", "Year"],
];

/**
 * @param {{track: any, onSave: (changes: object) => Promise<void>, onClose: () => void, onRemove?: () => void}} props
 *   `onSave` is given the fields that were changed
 */
export function TrackEditor({ track, onSave, onClose, onRemove }) {
  const [values, setValues] = useState(() => Object.fromEntries(FIELDS.map(([name]) => [name, String(track[name] ?? "")])));
  const [problem, setProblem] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input").select(), []);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await onSave(changesOf(track, values));
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  return html`<form class="track-editor" ref=${form} role="group" aria-label="Edit ${track.title}" onSubmit=${submit}
    onKeyDown=${(event) => event.key === "Escape" && onClose()}>
    <div class="track-editor-fields">
      ${FIELDS.map(([name, label]) => html`<${Field} key=${name} class="field-${name}" label=${label} value=${values[name]}
        inputmode=${name === "year" ? "numeric" : undefined} pattern=${name === "year" ? "-?[0-9]{1,4}" : undefined}
        onInput=${(event) => setValues({ ...values, [name]: event.currentTarget.value })} />`)}
    </div>
    ${problem && html`<${Notice} isBad>${problem.message}<//>`}
    <div class="actions">
      <${Button} kind="main" type="submit" disabled=${isBusy}>Save<//>
      <${Button} kind="bare" onClick=${onClose}>Cancel<//>
      ${onRemove && html`<${Button} kind="danger" class="to-end" onClick=${onRemove}>Remove<//>`}
    </div>
  </form>`;
}

/** The fields that differ; an empty one is forgotten. */
function changesOf(track, values) {
  const changed = FIELDS.filter(([name]) => values[name].trim() !== String(track[name] ?? ""));
  return Object.fromEntries(changed.map(([name]) => [name, sent(name, values[name].trim())]));
}

function sent(name, text) {
  if (name === "title") return text;
  if (!text) return null;
  return name === "year" ? Number(text) : text;
}
