import { html, useState } from "../html.js";
import { Button } from "./button.js";

const NEXT = { system: "light", light: "dark", dark: "system" };
const SAYS = { system: "as the system", light: "light", dark: "dark" };

/** Light, dark, or as the system has it. What is drawn on canvases hears of it by `themechange`. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "system");

  function change() {
    const next = NEXT[theme];
    setTheme(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("earmark.theme", next); // theme.js reads it, as it is
    } catch {
      // then it lasts as long as the page
    }
    dispatchEvent(new Event("themechange"));
  }

  return html`<${Button} kind="bare" icon=${theme} label="Theme: ${SAYS[theme]}" onClick=${change} />`;
}
