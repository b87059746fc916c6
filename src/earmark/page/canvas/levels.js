// Levels as a grey picture, which is how the server sends a spectrogram: 0 is silence, 255 is loud.

import { isDark, palette } from "./palette.js";
import { pictureOf } from "./spectrogram.js";

/** The levels of a stretch of sound, as a picture in the colours of the theme. */
export class Levels {
  /**
   * @param {Uint8Array} levels shape (columns, rows), row 0 the lowest frequency
   * @param {number} columns
   * @param {number} rows
   */
  constructor(levels, columns, rows) {
    this.levels = levels;
    this.columns = columns;
    this.rows = rows;
    this._picture = null;
    this._isDark = false;
  }

  /** @param {Blob} blob a grey picture, time to the right, frequency upwards */
  static async of(blob) {
    const image = await createImageBitmap(blob);
    const { width: columns, height: rows } = image;
    const context = Object.assign(document.createElement("canvas"), { width: columns, height: rows }).getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    image.close();
    const { data } = context.getImageData(0, 0, columns, rows);
    const levels = new Uint8Array(columns * rows);
    for (let column = 0; column < columns; column += 1) {
      for (let row = 0; row < rows; row += 1) {
        levels[column * rows + row] = data[4 * ((rows - 1 - row) * columns + column)];
      }
    }
    return new Levels(levels, columns, rows);
  }

  /** @returns {HTMLCanvasElement} one pixel for each cell */
  picture() {
    if (this._picture && this._isDark === isDark()) return this._picture;
    this._isDark = isDark();
    this._picture = pictureOf(this.levels, this.columns, this.rows, palette(this._isDark));
    return this._picture;
  }
}
