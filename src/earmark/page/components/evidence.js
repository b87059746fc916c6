// What an explanation goes by, in numbers, each beside what it takes.

import { html } from "../html.js";
import { count, portion } from "../words.js";

const FEW_PEAKS = 45;
const QUIET_DB = -50;
const LEAST_DB = -90;
const OFTEN = 0.7;
const NEVER = 16;

/** @param {{explanation: any}} props */
export function Evidence({ explanation }) {
  const { best, level_db, peaks, duration_s } = explanation;
  const density = duration_s ? peaks / duration_s : 0;
  return html`<dl class="evidence" aria-label="What it goes by">
    ${best && html`<${Score} best=${best} />`}
    ${best && best.expected > 0 && html`<${Agreement} best=${best} />`}
    ${duration_s > 0 && html`<${Meter} name="Peaks" share=${density / (4 * FEW_PEAKS)} mark=${1 / 4} isGood=${density >= FEW_PEAKS}
      value="${Math.round(density)} a second" text=${density < FEW_PEAKS ? `Music mostly has more than ${FEW_PEAKS}.` : "As music has them."} />`}
    ${level_db !== null && html`<${Meter} name="Level" share=${1 - level_db / LEAST_DB} mark=${1 - QUIET_DB / LEAST_DB} isGood=${level_db >= QUIET_DB}
      value="${Math.round(level_db)} dB" text=${level_db < QUIET_DB ? "Very quiet: noise may drown the music." : "Loud enough."} />`}
  </dl>`;
}

function Score({ best: { match: { score }, threshold } }) {
  const most = Math.max(2 * threshold, 1.1 * score);
  return html`<${Meter} name="Score" share=${score / most} mark=${threshold / most} isGood=${score >= threshold}
    value=${score.toFixed(1)} text="It takes ${threshold.toFixed(1)}. ${rarityOf(score)}" />`;
}

function Agreement({ best: { expected, found, chance } }) {
  const share = found / expected;
  return html`<${Meter} name="Peaks that agree" share=${share} mark=${chance} isGood=${share >= 2 * chance}
    value="${count(found)} of ${count(expected)}" text="${portion(share)}; chance would give ${portion(chance)}." />`;
}

/** How often music that is not there scores as high: a score of s about once in exp(s) clips. */
function rarityOf(score) {
  if (score < OFTEN) return "Unknown music often has as much.";
  if (score > NEVER) return "Unknown music practically never has as much.";
  const clips = Math.exp(score);
  const digits = 10 ** Math.floor(Math.log10(clips));
  return `One unknown clip in ${count(Math.round(clips / digits) * digits)} has as much.`;
}

/**
 * A number as a bar, and a mark where it is enough.
 * @param {{name: string, value: string, text: string, share: number, mark: number, isGood: boolean}} props
 */
function Meter({ name, value, text, share, mark, isGood }) {
  const width = `${100 * Math.min(1, Math.max(0, share))}%`;
  return html`<div class="meter ${isGood ? "good" : "poor"}">
    <dt>${name}</dt>
    <dd>
      <strong>${value}</strong>
      <span class="meter-bar" aria-hidden="true"><i style=${{ width }}></i><b style=${{ left: `${100 * Math.min(1, Math.max(0, mark))}%` }}></b></span>
      <span class="small quiet">${text}</span>
    </dd>
  </div>`;
}
