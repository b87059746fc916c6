// Style sheets that only some views need, fetched with them.

/**
 * A view waits for its own before it is drawn, so that nothing is seen without it.
 * @param {string} name of a file in `style`
 * @returns {Promise<void>}
 */
export function styled(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(`style/${name}.css`, import.meta.url).href;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`The style sheet ${name} did not come.`));
    document.head.append(link);
  });
}
