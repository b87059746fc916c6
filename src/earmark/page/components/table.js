// A table of any length: only the rows that are in sight are there.

import { html, useEffect, useRef, useState } from "../html.js";
import { Icon } from "./icons.js";

const AROUND = 12;

/**
 * @typedef {{name: string, title: string, orders?: Record<string, "ascending" | "descending">, class?: string, width: string}} Column
 *   `orders` are what the listing can be sorted by in the column: the first when it is chosen, the next when it is chosen again
 */

/**
 * Which rows are in sight, with some more around them.
 * @param {number} total
 * @param {number} height of a row, in pixels
 * @returns {{rows: import("../html.js").Ref<HTMLElement>, from: number, to: number}}
 */
export function useRowsInSight(total, height) {
  const rows = useRef(null);
  const [[from, to], setRange] = useState([0, 3 * AROUND]);
  useEffect(() => {
    const look = () => {
      const above = -rows.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / height) - AROUND);
      const last = Math.min(total, Math.ceil((above + innerHeight) / height) + AROUND);
      setRange(([oldFirst, oldLast]) => (oldFirst === first && oldLast === last ? [oldFirst, oldLast] : [first, Math.max(first, last)]));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [total, height]);
  return { rows, from: Math.min(from, total), to: Math.min(to, total) };
}

/**
 * @param {{label: string, columns: Column[], total: number, rowHeight: number,
 *   renderRow: (index: number) => unknown, sort?: string, onSort?: (sort: string) => void,
 *   onRange?: (from: number, to: number) => void, classOf?: (index: number) => string}} props
 *   `renderRow` returns the cells of a row; `onRange` hears which rows are in sight
 */
export function Table({ label, columns, total, rowHeight, renderRow, sort, onSort, onRange, classOf }) {
  const { rows, from, to } = useRowsInSight(total, rowHeight);
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };
  useEffect(() => onRange?.(from, to), [from, to, total]);
  const shown = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  return html`<div class="table" role="table" aria-label=${label} aria-rowcount=${total + 1}>
    <div role="rowgroup" class="table-top">
      <div class="table-head" role="row" aria-rowindex="1" style=${template}>
        ${columns.map((column) => html`<${Head} key=${column.name} column=${column} sort=${sort} onSort=${onSort} />`)}
      </div>
    </div>
    <div class="table-rows" role="rowgroup" ref=${rows} style=${{ height: `${total * rowHeight}px` }}>
      ${shown.map((index) => html`<div class="table-row ${classOf?.(index) ?? ""}" role="row" key=${index} aria-rowindex=${index + 2}
        style=${{ ...template, height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}>
        ${renderRow(index)}
      </div>`)}
    </div>
  </div>`;
}

function Head({ column, sort, onSort }) {
  const sorted = column.orders?.[sort];
  const orders = Object.keys(column.orders ?? {});
  const next = orders[(orders.indexOf(sort) + 1) % orders.length];
  return html`<div role="columnheader" class="cell ${column.class ?? ""}" aria-sort=${sorted}>
    ${column.orders && onSort
      ? html`<button type="button" onClick=${() => onSort(next)}>${column.title}${sorted && html`<${Icon} name=${sorted === "ascending" ? "up" : "down"} />`}</button>`
      : html`<span class=${column.isUnseen ? "unseen" : ""}>${column.title}</span>`}
  </div>`;
}
