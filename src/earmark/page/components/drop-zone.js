// Files dropped on a view, folders with all that is in them.

import { html, useState } from "../html.js";
import { Icon } from "./icons.js";

/** @param {{label: string, onFiles: (files: File[]) => void, children: unknown}} props */
export function DropZone({ label, onFiles, children }) {
  const [depth, setDepth] = useState(0); // dragenter comes for each element that is passed
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

  async function drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setDepth(0);
    const files = await filesOf(event.dataTransfer);
    if (files.length) onFiles(files);
  }

  return html`<div class="drop-zone" onDragEnter=${(event) => hasFiles(event) && setDepth((now) => now + 1)}
    onDragLeave=${(event) => hasFiles(event) && setDepth((now) => Math.max(0, now - 1))}
    onDragOver=${(event) => hasFiles(event) && event.preventDefault()} onDrop=${drop}>
    ${children}
    ${depth > 0 && html`<div class="drop-sign" aria-hidden="true"><div><${Icon} name="upload" /><strong>${label}</strong></div></div>`}
  </div>`;
}

/** Of a folder, covers and notes are left out; what a browser has no type for may be sound. */
const MAY_BE_SOUND = /^(audio|video)\/|^$/;

/** Every file that was dropped, of folders in the order of their names. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()); // before any await: they go
  if (entries.some((entry) => !entry)) return [...transfer.files];
  const nested = await Promise.all(entries.map(within));
  return nested.flat();
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) break; // it comes in parts of a hundred
    found.push(...part);
  }
  found.sort((a, b) => a.name.localeCompare(b.name));
  const files = await Promise.all(found.filter(({ name }) => !name.startsWith(".")).map(within));
  return files.flat().filter(({ type }) => MAY_BE_SOUND.test(type));
}
