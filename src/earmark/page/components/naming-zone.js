// A recording that is dropped where nothing else is done with it is named.

import { html } from "../html.js";
import { nameFile } from "../naming.js";
import { START, go, href } from "../router.js";
import { DropZone } from "./drop-zone.js";

export function NamingZone() {
  const bring = ([file]) => {
    nameFile(file);
    go(href(START));
  };
  return html`<${DropZone} label="Drop a recording to have it named" onFiles=${bring} />`;
}
