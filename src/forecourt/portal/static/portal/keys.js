// Single keys, never while typing. Shown in a list under `?`.
import { choose, isDark } from "./theme.js";

const KEYS = {
  "/": () => document.querySelector("[data-search]"),
  j: () => document.querySelector('a[rel="next"]'),
  k: () => document.querySelector('a[rel="prev"]'),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable], dialog[open]")) return;
  if (event.key === "?") document.getElementById("fc-keys").showModal();
  else if (event.key === "D") choose(isDark() ? "light" : "dark");
  else {
    const target = KEYS[event.key]?.();
    if (!target) return;
    event.preventDefault();
    if (target.matches("a")) target.click();
    else target.focus();
  }
});
