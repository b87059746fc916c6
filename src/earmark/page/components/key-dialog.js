// A server with keys wants one: the dialog that asks for it.

import { signIn, signOut } from "../api.js";
import { html, useState } from "../html.js";
import { caller, lock, settle, unlocked } from "../session.js";
import { useStore } from "../store.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";

export function KeyDialog() {
  const { isOpen } = useStore(lock);
  return isOpen ? html`<${Asking} />` : null;
}

/** Who uses the page, as the bar tells it: nothing where there are no keys. */
export function KeyButton() {
  const who = useStore(caller);
  if (who?.is_session) return html`<${Button} kind="bare" icon="key" onClick=${leave}>Sign out ${who.key}<//>`;
  if (who && who.scope === null) return html`<${Button} kind="bare" icon="key" onClick=${unlocked}>Enter a key<//>`;
  return null;
}

async function leave() {
  await signOut();
  location.reload(); // what was shown is not for whoever comes next
}

function Asking() {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(key.trim());
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
