// A server with keys wants one: the dialog that asks for it.

import { ask } from "../api.js";
import { html, useState } from "../html.js";
import { lock, settle } from "../session.js";
import { useStore } from "../store.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";

export function KeyDialog() {
  const { isOpen } = useStore(lock);
  return isOpen ? html`<${Asking} />` : null;
}

function Asking() {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await ask("POST", "session", { headers: { Authorization: `Bearer ${key.trim()}` } });
      settle(true);
    } catch (error) {
      setProblem(error.status === 401 ? "The server does not know this key." : error.message);
      setBusy(false);
    }
  }

  return html`<${Dialog} title="This server wants a key" onClose=${() => settle(false)}>
    <form class="dialog-body" onSubmit=${submit}>
      <p class="quiet">Whoever runs it makes one with <code>earmark keys add</code>. The key itself is not kept here.</p>
      <${Field} label="Key" type="password" autocomplete="off" spellcheck=${false} required autofocus placeholder="em_…"
        value=${key} problem=${problem} onInput=${(event) => setKey(event.currentTarget.value)} />
      <div class="actions end">
        <${Button} kind="bare" onClick=${() => settle(false)}>Not now<//>
        <${Button} kind="main" type="submit" disabled=${isBusy || !key.trim()}>Unlock<//>
      </div>
    </form>
  <//>`;
}
