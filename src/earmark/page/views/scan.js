import { Empty } from "../components/states.js";
import { html } from "../html.js";

export function View() {
  return html`<${Empty} icon="scan" title="Scan" text="This view is not there yet." />`;
}
