// Signs, drawn with one pen: 24 units wide, strokes of 1.75.

import { html } from "../html.js";

const PATHS = {
  listen: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  library: "M5 4v16M9.5 4v16M14 4.5l5 15",
  scan: "M3 12h3M18 12h3M9 7v10M12 4v16M15 8.5v7",
  monitors: "M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8M5 19a9.9 9.9 0 0 1 0-14M19 5a9.9 9.9 0 0 1 0 14",
  tasks: "M4 6.5l1.5 1.5L8 5.5M4 12.5l1.5 1.5L8 11.5M4 18.5l1.5 1.5L8 17.5M11.5 7H20M11.5 13H20M11.5 19H20",
  play: "M7.5 5v14l11-7z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  stop: "M7 7h10v10H7z",
  close: "M6 6l12 12M18 6L6 18",
  edit: "M4 20l1-4L16 5l3 3L8 19zM13.5 7.5l3 3",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  upload: "M12 15.5V4.5M7.5 9L12 4.5 16.5 9M4.5 15v4.5h15V15",
  light: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  dark: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  explain: "M9.2 9a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1.1-1.4 2.1v.6M12 17.8v.1M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19z",
  folder: "M3.5 6.5V19h17V8.5H12L9.5 6.5z",
  share: "M12 14.5V3.5M8 7.5l4-4 4 4M7 11H5v9.5h14V11h-2",
  warning: "M12 4l9 16H3zM12 10v4.5M12 17.3v.1",
  up: "M12 19V5M6.5 10.5L12 5l5.5 5.5",
  down: "M12 5v14M6.5 13.5L12 19l5.5-5.5",
  next: "M9 5l7 7-7 7",
  check: "M5 12.5l4.5 4.5L19 7",
  add: "M12 5v14M5 12h14",
  key: "M8 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM11.5 12H21M17.5 12v3.5",
  minus: "M5 12h14",
  whole: "M4 8V4h4M20 8V4h-4M4 16v4h4M20 16v4h-4",
  download: "M12 4.5v11M7.5 11l4.5 4.5 4.5-4.5M4.5 15v4.5h15V15",
  previous: "M15 5l-7 7 7 7",
  copies: "M8 8h12v12H8zM16 8V4H4v12h4",
  quiet: "M4 10v4h3.5l4.5 4V6L7.5 10zM16 10l4 4M20 10l-4 4",
};

/** @param {{name: keyof typeof PATHS, class?: string}} props */
export function Icon({ name, class: className }) {
  return html`<svg class=${className} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}

/** The mark: a page whose corner is folded over what was heard. */
export function Mark() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <path fill="var(--ink)" d="M7 2h13.2L30 11.8V25a5 5 0 0 1-5 5H7a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5z" />
    <path fill="var(--marker)" stroke="var(--paper)" stroke-width="1.2" stroke-linejoin="round" d="M20.2 2 30 11.8h-6.6a3.2 3.2 0 0 1-3.2-3.2z" />
    <path stroke="var(--paper)" stroke-width="2.6" stroke-linecap="round" d="M8.4 19v2.6M13 14.4v9M17.6 17.4V24M22.2 18.4v3" />
  </svg>`;
}
