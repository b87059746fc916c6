import { Empty } from "../components/states.js";
import { html } from "../html.js";

export function View() {
  return html`<${Empty} icon="explain" title="Explain" text="This view is not there yet." />`;
}
