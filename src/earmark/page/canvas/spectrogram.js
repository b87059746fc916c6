// Spectrograms: one that stands still, and one that moves with what is heard.

import { palette } from "./palette.js";

/** So many columns pass before a sound that begins is drawn in full: a wall would stand at its left. */
const RISING = 60;

/**
 * A spectrogram as a picture, one pixel for each cell; `drawImage` brings it to any size.
 * @param {ArrayLike<number>} levels shape (columns, rows), 0 to 255, row 0 the lowest frequency
 * @param {number} columns
 * @param {number} rows
 * @param {Uint32Array} [colours]
 * @returns {HTMLCanvasElement}
 */
export function pictureOf(levels, columns, rows, colours = palette()) {
  const picture = document.createElement("canvas");
  picture.width = columns;
  picture.height = rows;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) {
      pixels[(rows - 1 - row) * columns + column] = colours[levels[column * rows + row]];
    }
  }
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

/** A spectrogram that runs from right to left, column by column. */
export class MovingSpectrogram {
  /** @param {number} columns that are kept @param {number} rows of each */
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    this._levels = new Uint8Array(columns * rows);
    this._next = 0;
    this._risen = RISING;
    /** Whether nothing was pushed yet. */
    this.isEmpty = true;
    this._picture = document.createElement("canvas");
    this._picture.width = columns;
    this._picture.height = rows;
    this.recolour();
  }

  /** Take the colours of the theme, also for what is there already. */
  recolour() {
    this._colours = palette();
    this._colours[0] = 0; // silence is what lies behind
    this._picture.getContext("2d").clearRect(0, 0, this.columns, this.rows);
    this._picture.getContext("2d").drawImage(pictureOf(this._levels, this.columns, this.rows, this._colours), 0, 0);
  }

  /** A sound begins anew, and is to come out of silence. */
  rise() {
    this._risen = 0;
  }

  /** @param {ArrayLike<number>} levels shape (rows,), 0 to 255, the lowest frequency first */
  push(levels) {
    this.isEmpty = false;
    this._risen = Math.min(RISING, this._risen + 1);
    const image = new ImageData(1, this.rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0; row < this.rows; row += 1) {
      const level = Math.round((levels[row] * this._risen) / RISING);
      this._levels[this._next * this.rows + row] = level;
      pixels[this.rows - 1 - row] = this._colours[level];
    }
    this._picture.getContext("2d").putImageData(image, this._next, 0);
    this._next = (this._next + 1) % this.columns;
  }

  /** Draw it so that the latest column ends at the right. */
  draw(context, width, height) {
    const older = this.columns - this._next;
    const scale = width / this.columns;
    context.imageSmoothingEnabled = true;
    if (older) context.drawImage(this._picture, this._next, 0, older, this.rows, 0, 0, older * scale, height);
    if (this._next) context.drawImage(this._picture, 0, 0, this._next, this.rows, older * scale, 0, this._next * scale, height);
  }
}
