// Levels as a grey picture, which is how the server sends a spectrogram: 0 is silence, 255 is loud.

import { isDark, palette } from "./palette.js";
import { pictureOf } from "./spectrogram.js";

/** Half of the cells of music are hardly heard: what is as quiet is paper. */
const SILENT_SHARE = 0.55;
const LOUD_SHARE = 0.998;
const HEADROOM = 24;
const LEAST_RANGE = 96;

/** Which levels are drawn as silence, and which as loud: quiet music is to be seen, too. */
export class Contrast {
  constructor(low, high) {
    this._low = low;
    this._high = high;
  }

  /** @param {ArrayLike<number>} levels of a stretch that stands for all of it, 0 to 255 */
  static of(levels) {
    const sorted = Float32Array.from(levels).sort();
    const at = (share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const low = at(SILENT_SHARE);
    return new Contrast(low, Math.max(low + LEAST_RANGE, at(LOUD_SHARE) + HEADROOM));
  }

  /** @param {Uint8Array} levels @returns {Uint8Array} */
  applied(levels) {
    const scale = 255 / (this._high - this._low);
    const shown = Uint8Array.from({ length: 256 }, (_, level) => Math.min(255, Math.max(0, (level - this._low) * scale)));
    return levels.map((level) => shown[level]);
  }
}

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

  /**
   * @param {Blob} blob a grey picture, time to the right, frequency upwards
   * @param {(levels: Uint8Array) => Contrast} contrastOf what is silence in it, and what is loud
   */
  static async of(blob, contrastOf) {
    const { levels, columns, rows } = await levelsIn(blob);
    return new Levels(contrastOf(levels).applied(levels), columns, rows);
  }

  /** @returns {HTMLCanvasElement} one pixel for each cell */
  picture() {
    if (this._picture && this._isDark === isDark()) return this._picture;
    this._isDark = isDark();
    this._picture = pictureOf(this.levels, this.columns, this.rows, palette(this._isDark));
    return this._picture;
  }
}

/**
 * The levels of a grey picture, as they are.
 * @param {Blob} blob time to the right, frequency upwards
 * @returns {Promise<{levels: Uint8Array, columns: number, rows: number}>} shape (columns, rows), row 0
 *   the lowest frequency
 */
export async function levelsIn(blob) {
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
  return { levels, columns, rows };
}
