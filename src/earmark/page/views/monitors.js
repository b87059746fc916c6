// Stations: what they play now, what they have played, and how often.

import { Button } from "../components/button.js";
import { PlayLog } from "../components/play-log.js";
import { PlayTotals } from "../components/play-totals.js";
import { StationCard } from "../components/station-card.js";
import { AddStation, StopStation } from "../components/station-dialog.js";
import { Empty, Failed, Loading, Notice } from "../components/states.js";
import { html, useEffect, useState } from "../html.js";
import { href } from "../router.js";
import { may } from "../session.js";
import { stations, watchStations } from "../stations.js";
import { useStore } from "../store.js";
import { styled } from "../stylesheet.js";

const PARTS = { now: "Now", log: "Log", totals: "Totals" };

export function View({ place }) {
  const part = place.parts[0] in PARTS ? place.parts[0] : "now";
  const [isAdding, setAdding] = useState(false);
  useEffect(watchStations, []);
  return html`<div class="view-head">
      <h1>Stations</h1>
      <nav class="choices" aria-label="Of the stations">
        ${Object.entries(PARTS).map(([name, title]) => html`<a key=${name} href=${href("monitors", name === "now" ? [] : [name])}
          aria-current=${name === part ? "page" : undefined}>${title}</a>`)}
      </nav>
      ${may("write") && html`<${Button} kind="main" icon="add" onClick=${() => setAdding(true)}>Add a station<//>`}
    </div>
    ${part === "now" && html`<${Now} onAdd=${() => setAdding(true)} />`}
    ${part === "log" && html`<${PlayLog} query=${place.query} />`}
    ${part === "totals" && html`<${PlayTotals} query=${place.query} />`}
    ${isAdding && html`<${AddStation} onClose=${() => setAdding(false)} />`}`;
}

function Now({ onAdd }) {
  const { monitors, isConnected, problem } = useStore(stations);
  const [stopped, setStopped] = useState(null);
  if (!monitors && problem) return html`<${Failed} problem=${problem} />`;
  if (!monitors) return html`<${Loading} what="Asking for the stations" />`;
  if (!monitors.length) return html`<${NoStation} onAdd=${onAdd} />`;
  return html`${!isConnected && html`<${Notice}>The server does not answer at the moment. What is below may be out of date; it is tried again.<//>`}
    <div class="stations ${isConnected ? "" : "old"}">
      ${monitors.map((station) => html`<${StationCard} key=${station.id} station=${station} onStop=${may("write") ? () => setStopped(station) : null} />`)}
    </div>
    ${stopped && html`<${StopStation} station=${stopped} onClose=${() => setStopped(null)} />`}`;
}

function NoStation({ onAdd }) {
  return html`<${Empty} icon="monitors" title="No station yet"
    text="Give the address of a radio stream, and see here what of yours it plays, from its first seconds on. Stations are listened to until they are stopped or the server ends.">
    ${may("write") && html`<${Button} icon="add" onClick=${onAdd}>Add a station<//>`}
  <//>`;
}

await styled("stations");
