import { html } from "../html.js";

/** @param {{share: number | null, label: string}} props share: 0 to 1; null where nobody knows */
export function Progress({ share, label }) {
  const value = share === null ? undefined : Math.round(100 * share);
  return html`<div class="progress" role="progressbar" aria-label=${label} aria-valuemin="0"
    aria-valuemax="100" aria-valuenow=${value}>
    <span style=${{ transform: `scaleX(${share ?? 0})` }}></span>
  </div>`;
}
