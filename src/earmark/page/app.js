// The page: where one is, the frame around it, and the view that belongs there.

import { meet } from "./api.js";
import { Button } from "./components/button.js";
import { Icon, Mark } from "./components/icons.js";
import { KeyButton, KeyDialog } from "./components/key-dialog.js";
import { NamingZone } from "./components/naming-zone.js";
import { Player, usePlaying } from "./components/player.js";
import { Failed, Loading } from "./components/states.js";
import { ThemeSwitch } from "./components/theme-switch.js";
import { Toasts } from "./components/toast.js";
import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./html.js";
import { START, href, place } from "./router.js";
import { useStore } from "./store.js";
import { useTitle } from "./titles.js";
import { Listen } from "./views/listen.js";

/**
 * Every view, by its name in the address. Those that `menu` names are in the bar; all but the first
 * are fetched when they are wanted. A module has the component as `View`. `drops`: it does something
 * of its own with files that are dropped.
 */
const VIEWS = {
  listen: { title: "Listen", menu: "listen", view: Listen },
  library: { title: "Library", menu: "library", drops: true, load: () => import("./views/library.js") },
  track: { title: "Track", load: () => import("./views/track.js") },
  scan: { title: "Scan", menu: "scan", drops: true, load: () => import("./views/scan.js") },
  monitors: { title: "Stations", menu: "monitors", load: () => import("./views/monitors.js") },
  tasks: { title: "Tasks", menu: "tasks", load: () => import("./views/tasks.js") },
  explain: { title: "Explain", drops: true, load: () => import("./views/explain.js") },
};

function App() {
  const where = useStore(place);
  const playing = usePlaying();
  const view = VIEWS[where.view];
  const main = useRef(null);
  useTitle("view", view && where.view !== START ? view.title : "");
  useFocusOnMove(main, where.view);
  return html`<div class="frame ${playing ? "has-player" : ""}">
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      main.current.focus();
    }}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${href(START)} aria-label="Earmark, start"><${Mark} /><span>Earmark</span></a>
      <${Menu} current=${where.view} />
      <div class="aside"><${KeyButton} /><${ThemeSwitch} /></div>
    </header>
    <main id="main" class="view view-${where.view}" tabindex="-1" ref=${main}>
      ${view ? html`<${Shown} key=${where.view} view=${view} place=${where} />` : html`<${Nowhere} />`}
    </main>
    ${!view?.drops && html`<${NamingZone} />`}
    <${Player} />
    <${Toasts} />
    <${KeyDialog} />
  </div>`;
}

function Menu({ current }) {
  return html`<nav class="places" aria-label="Places">
    ${Object.entries(VIEWS).filter(([, { menu }]) => menu).map(([name, { title, menu }]) => html`
      <a href=${href(name)} aria-current=${name === current ? "page" : undefined}>
        <${Icon} name=${menu} /><span>${title}</span>
      </a>`)}
  </nav>`;
}

/** A view, fetched first if need be; what breaks in it leaves the frame as it is. */
function Shown({ view, place: where }) {
  const [loaded, setLoaded] = useState(view.view ? { View: view.view } : null);
  const [problem, setProblem] = useState(null);
  const [broken, mend] = useErrorBoundary((error) => console.error(error));
  useEffect(() => {
    if (!view.view) view.load().then(setLoaded, setProblem);
  }, []);
  if (problem) return html`<${Outdated} />`;
  if (broken) return html`<${Failed} problem=${{ title: "This view broke", message: String(broken.message) }} onRetry=${mend} />`;
  return loaded ? html`<${loaded.View} place=${where} />` : html`<${Loading} />`;
}

/** Part of the page could not be fetched: the server has a newer one, or is gone. */
function Outdated() {
  return html`<div class="state" role="alert">
    <h2>This part of the page is missing</h2>
    <p>The server does not answer, or was updated meanwhile.</p>
    <${Button} onClick=${() => location.reload()}>Load the page again<//>
  </div>`;
}

function Nowhere() {
  return html`<div class="state">
    <h2>There is nothing here</h2>
    <p>The address may have been mistyped.</p>
    <${Button} href=${href(START)}>To the start<//>
  </div>`;
}

/** Who moves to another view by keyboard or screen reader starts at its beginning. */
function useFocusOnMove(main, view) {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) {
      main.current.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [view]);
}

meet().catch(() => {}); // a server that does not answer is told of by what needs it
render(html`<${App} />`, document.getElementById("app"));
