// Files dropped anywhere on the page, also beside a view: a browser would open them, and the page be gone.

import { filesOf } from "../files.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { Icon } from "./icons.js";
import { say } from "./toast.js";

/** @param {{label: string, onFiles: (files: File[]) => void}} props `onFiles` gets one file at least */
export function DropZone({ label, onFiles }) {
  const [depth, setDepth] = useState(0); // dragenter comes for each element that is passed
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const handlers = {
      dragenter: () => setDepth((now) => now + 1),
      dragleave: () => setDepth((now) => Math.max(0, now - 1)),
      dragover: (event) => event.preventDefault(),
      drop: async (event) => {
        event.preventDefault();
        setDepth(0);
        const files = await filesOf(event.dataTransfer);
        if (files.length) latest.current(files);
        else say("There is no sound in this folder.");
      },
    };
    const heard = (event) => event.dataTransfer?.types.includes("Files") && handlers[event.type](event);
    for (const name of Object.keys(handlers)) addEventListener(name, heard);
    return () => Object.keys(handlers).forEach((name) => removeEventListener(name, heard));
  }, []);
  return depth > 0 && html`<div class="drop-sign" aria-hidden="true"><div><${Icon} name="upload" /><strong>${label}</strong></div></div>`;
}
