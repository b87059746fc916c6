// A new station, and the end of one.

import { post, remove } from "../api.js";
import { html, useState } from "../html.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { Notice } from "./states.js";

/** @param {{onClose: () => void}} props */
export function AddStation({ onClose }) {
  const [values, setValues] = useState({ url: "", name: "" });
  const [problem, setProblem] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const set = (name) => (event) => {
    setProblem(null);
    setValues({ ...values, [name]: event.currentTarget.value });
  };

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await post("monitors", { json: { url: values.url.trim(), name: values.name.trim() } });
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  const { field, text } = told(problem);
  return html`<${Dialog} title="Listen to a station" onClose=${onClose}>
    <form class="dialog-body" onSubmit=${submit} novalidate>
      <${Field} label="Address of its sound" type="url" inputmode="url" autocomplete="off" spellcheck=${false} required autofocus
        placeholder="https://…" value=${values.url} problem=${field === "url" && text} onInput=${set("url")} />
      <p class="small quiet">Of the stream itself, of a playlist (M3U, PLS) or of HLS; not of the station’s web page.</p>
      <${Field} label="What you call it" autocomplete="off" maxlength="200" value=${values.name}
        problem=${field === "name" && text} onInput=${set("name")} />
      ${problem && field === null && html`<${Notice} isBad>${text}<//>`}
      <div class="actions end">
        <${Button} kind="bare" onClick=${onClose}>Cancel<//>
        <${Button} kind="main" type="submit" disabled=${isBusy || !values.url.trim()}>Listen<//>
      </div>
    </form>
  <//>`;
}

/** What is wrong, and with which field. */
function told(problem) {
  if (!problem) return { field: null, text: "" };
  const text = problem.message;
  if (/called/.test(text)) return { field: "name", text: "There is a station of this name already." };
  if (/address of a station/.test(text)) return { field: "url", text: "This is no address of a station: those begin with https:// or http://." };
  const isAddress = ["usage", "source", "forbidden"].includes(problem.kind) || problem.status === 422;
  return { field: isAddress ? "url" : null, text };
}

/** @param {{station: any, onClose: () => void}} props */
export function StopStation({ station, onClose }) {
  const [problem, setProblem] = useState(null);
  const stop = () => remove(`monitors/${station.id}`).then(onClose, setProblem);
  return html`<${Dialog} title="Stop listening to ${station.name}?" onClose=${onClose}>
    <p>What it has played stays in the log.</p>
    ${problem && html`<${Notice} isBad>${problem.message}<//>`}
    <div class="actions end">
      <${Button} kind="bare" onClick=${onClose} autofocus>Keep it<//>
      <${Button} kind="danger" onClick=${stop}>Stop<//>
    </div>
  <//>`;
}
