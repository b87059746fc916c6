import { useEffect, useRef } from "../html.js";
import { onTheme } from "./palette.js";

/**
 * A canvas that is as sharp as the screen, and drawn again when its size or the theme changes.
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw in CSS pixels
 * @param {unknown[]} [inputs] drawn again when one of them changes
 * @param {{subscribe: (listener: () => void) => () => void}[]} [sources] drawn again, once a frame at
 *   most, when one of them tells of a change; always the same ones for the same inputs
 * @returns {import("../html.js").Ref<HTMLCanvasElement>} for the canvas
 */
export function useCanvas(draw, inputs = [], sources = []) {
  const canvas = useRef(null);
  useEffect(() => {
    const element = canvas.current; // the ref is empty before this ends
    let frame = 0;
    const paint = () => {
      frame = 0;
      draw(fitted(element), element.clientWidth, element.clientHeight);
    };
    const later = () => {
      frame ||= requestAnimationFrame(paint);
    };
    const watcher = new ResizeObserver(paint);
    watcher.observe(element); // which also paints it for the first time
    const ends = [onTheme(paint), ...sources.map((source) => source.subscribe(later))];
    return () => {
      watcher.disconnect();
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    };
  }, inputs);
  return canvas;
}

/** Give a canvas as many pixels as the screen has for it, and return what draws on it in CSS pixels. */
export function fitted(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 3);
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}
