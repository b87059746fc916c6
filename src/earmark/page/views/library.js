// Library: every track; found, edited, removed, played. And how new ones come in.

import { patch } from "../api.js";
import { Catalogue } from "../catalogue.js";
import { Button } from "../components/button.js";
import { DropZone } from "../components/drop-zone.js";
import { FileButton, FolderButton, Search } from "../components/field.js";
import { NamingZone } from "../components/naming-zone.js";
import { play, usePlaying } from "../components/player.js";
import { Empty, Failed, Loading } from "../components/states.js";
import { Table } from "../components/table.js";
import { TrackEditor } from "../components/track-editor.js";
import { UploadPanel } from "../components/upload-panel.js";
import { html, useEffect, useState } from "../html.js";
import { useNarrow } from "../narrow.js";
import { go, href } from "../router.js";
import { removeTrack } from "../removal.js";
import { may } from "../session.js";
import { addFiles, onAdded } from "../uploads.js";
import { byline, clock, many, titleOf, when } from "../words.js";

const SOUND = "audio/*,video/*";
const TYPING_MS = 120;
const ROW_PX = 60;

const COLUMNS = [
  { name: "play", title: "Play", isUnseen: true, width: "var(--tap)" },
  { name: "title", title: "Title", orders: { title: "ascending" }, width: "minmax(0, 2.2fr)" },
  { name: "artist", title: "Artist", orders: { artist: "ascending" }, class: "wide", width: "minmax(0, 1.4fr)" },
  { name: "album", title: "Album", class: "wide", width: "minmax(0, 1.4fr)" },
  { name: "added", title: "Added", orders: { newest: "descending", added: "ascending" }, class: "wide", width: "9rem" },
  { name: "length", title: "Length", class: "number", width: "3.5rem" },
  { name: "actions", title: "Change", isUnseen: true, width: "var(--tap)" },
];
const NARROW = new Set(["play", "title", "length", "actions"]);

export function View({ place }) {
  const { sort = "newest", q = "" } = place.query;
  const [text, setText] = useState(q);
  useEffect(() => {
    const timer = setTimeout(() => text !== q && go(href("library", [], { sort, q: text }), { replace: true }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const [catalogue, reload] = useCatalogue(sort, q);
  const onSort = (wanted) => go(href("library", [], { sort: wanted, q }), { replace: true });

  return html`${may("write") ? html`<${DropZone} label="Drop recordings or folders to add them" onFiles=${addFiles} />` : html`<${NamingZone} />`}
    <div class="view-head">
      <h1>Library</h1>
      <${Search} label="Search title, artist, album" value=${text} onInput=${setText} />
      ${may("write") && html`<div class="actions">
        <${FolderButton} onFiles=${addFiles}>Add a folder<//>
        <${FileButton} icon="upload" kind="main" accept=${SOUND} multiple onFiles=${addFiles}>Add files<//>
      </div>`}
    </div>
    <${UploadPanel} />
    <p class="small quiet library-count" role="status">${catalogue.total > 0 && !q && many(catalogue.total, "track")}</p>
    <${Tracks} catalogue=${catalogue} sort=${sort} search=${q} onSort=${onSort} onReload=${reload} />`;
}

/** A listing, which is drawn again when some of it came. */
function useCatalogue(sort, containing) {
  const [shown, setShown] = useState(() => new Catalogue({ sort, containing }, () => {}));
  const [, redraw] = useState(0);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const next = new Catalogue({ sort, containing }, () => {
      if (!next.isLoaded && !next.problem) return; // until then the last listing stays
      setShown(next);
      redraw((count) => count + 1);
    });
    next.begin();
    return () => next.close();
  }, [sort, containing, turn]);
  useEffect(() => onAdded(() => setTurn((count) => count + 1)), []);
  return [shown, () => setTurn((count) => count + 1)];
}

function Tracks({ catalogue, sort, search, onSort, onReload }) {
  const [edited, setEdited] = useState(null);
  const playing = usePlaying()?.track.id;
  const columns = useNarrow() ? COLUMNS.filter(({ name }) => NARROW.has(name)) : COLUMNS; // the rest stands in other cells
  if (catalogue.problem && !catalogue.total) return html`<${Failed} problem=${catalogue.problem} onRetry=${onReload} />`;
  if (!catalogue.isLoaded) return html`<${Loading} what="Opening the library" />`;
  if (!catalogue.total) return search ? html`<${NothingFound} search=${search} />` : html`<${EmptyLibrary} />`;

  const drop = (track) => {
    setEdited(null);
    removeTrack(track, { onGone: onReload, onBack: onReload });
  };
  const row = (index) => {
    const track = catalogue.track(index);
    if (!track) return html`<span role="cell" style=${{ gridColumn: "1 / -1" }}><span class="waiting-cell"></span></span>`;
    const cells = cellsOf(track, columns, { isPlaying: track.id === playing, onEdit: () => setEdited(track.id) });
    if (edited !== track.id) return cells;
    return html`${cells}<${TrackEditor} track=${track} onClose=${() => setEdited(null)} onRemove=${() => drop(track)}
      onSave=${async (changes) => {
        catalogue.replace(index, await patch(`tracks/${track.id}`, changes));
        setEdited(null);
      }} />`;
  };
  return html`<${Table} label="Tracks" columns=${columns} total=${catalogue.total} rowHeight=${ROW_PX} renderRow=${row}
    sort=${sort} onSort=${onSort} onRange=${(from, to) => catalogue.want(from, to)} />`;
}

function cellsOf(track, columns, { isPlaying, onEdit }) {
  const cells = {
    play: html`<${Button} kind="bare" icon="play" label="Play ${titleOf(track)}" onClick=${() => play(track)} />`,
    title: html`<a class="track-title" href=${href("track", [track.id])}><span class=${isPlaying ? "marked" : ""}>${titleOf(track)}</span></a><div class="small quiet cell narrow">${byline(track)}</div>`,
    artist: track.artist ?? "",
    album: track.album ?? "",
    added: html`<span class="quiet">${when(new Date(track.added_at))}</span>`,
    length: html`<span class="quiet">${clock(track.duration_s)}</span>`,
    actions: may("write") && html`<${Button} kind="bare" icon="edit" label="Edit ${titleOf(track)}" onClick=${onEdit} />`,
  };
  return columns.map(({ name, class: extra = "" }) => html`<div role="cell" key=${name} class="cell ${extra} cell-${name}">${cells[name]}</div>`);
}

function EmptyLibrary() {
  return html`<${Empty} icon="library" title="Nothing here yet"
    text=${may("write") ? html`Drop recordings or whole folders on this page. What is added can be recognised at once. A large collection goes faster with <code>earmark add</code>.` : "Whoever may write adds recordings here. Your key may only read."}>
    ${may("write") && html`<${FileButton} icon="upload" accept=${SOUND} multiple onFiles=${addFiles}>Choose recordings<//>
      <${FolderButton} onFiles=${addFiles}>Choose a folder<//>`}
  <//>`;
}

function NothingFound({ search }) {
  return html`<${Empty} icon="search" title="Nothing found" text="No title, artist or album has “${search}” in it." />`;
}
