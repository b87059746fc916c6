// Runs before anything is painted, so that a chosen theme does not flash.
"use strict";
try {
  const chosen = localStorage.getItem("earmark.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // a browser that keeps nothing has no chosen theme
}
