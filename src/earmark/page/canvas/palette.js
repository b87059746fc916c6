// The colours of everything that is drawn: the page's own, from paper over the marker to ink.

/** Stops of the spectrogram, from silence to loud; in each theme silence is the paper itself. */
const STOPS = {
  dark: ["#0e110c", "#10281f", "#135240", "#2f8a4c", "#8fc933", "#d6f74c", "#fbffe6"],
  light: ["#f6f7f2", "#e4f2b4", "#bde157", "#71b73c", "#25805a", "#12493f", "#14180f"],
};

const SIZE = 256;

/** Whether the page is dark at the moment. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * The spectrogram's colours.
 * @param {boolean} [dark]
 * @returns {Uint32Array} 256 pixels as ImageData has them (little-endian ABGR), from silence to loud
 */
export function palette(dark = isDark()) {
  const stops = STOPS[dark ? "dark" : "light"].map(rgbOf);
  const colours = new Uint32Array(SIZE);
  for (let i = 0; i < SIZE; i += 1) {
    const at = (i / (SIZE - 1)) * (stops.length - 1);
    const step = Math.min(Math.floor(at), stops.length - 2);
    const [r, g, b] = stops[step].map((from, j) => Math.round(from + (stops[step + 1][j] - from) * (at - step)));
    colours[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return colours;
}

/** A colour of the style sheet, by its name without the dashes. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Call a function whenever the theme changes; returns how to end that. */
export function onTheme(change) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  addEventListener("themechange", change);
  system.addEventListener("change", change);
  return () => {
    removeEventListener("themechange", change);
    system.removeEventListener("change", change);
  };
}

function rgbOf(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
