// Parts of a page come and go: with the page, with htmx, with live polling. `onPart` meets each element once.
const watchers = [];

export function onPart(selector, meet) {
  watchers.push([selector, meet, new WeakSet()]);
  scan(document);
}

export function scan(root) {
  for (const [selector, meet, met] of watchers) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (met.has(element)) continue;
      met.add(element);
      meet(element);
    }
  }
}

export const words = document.getElementById("fc-words")?.dataset ?? {};

document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
