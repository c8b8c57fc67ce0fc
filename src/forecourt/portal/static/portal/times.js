// “3 min ago”. The page carries the full date, so it reads well without this; the title keeps it.
import { onPart } from "./parts.js";

const STEPS = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86400, "hour", 3600],
  [604800, "day", 86400],
];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
const shown = new Set();

function write(element) {
  const away = (Date.parse(element.dateTime) - Date.now()) / 1000;
  const step = STEPS.find(([limit]) => Math.abs(away) < limit);
  if (step) element.textContent = words.format(Math.trunc(away / step[2]), step[1]);
}

onPart("time[data-relative]", (element) => {
  shown.add(element);
  write(element);
});

setInterval(() => {
  for (const element of shown) {
    if (!element.isConnected) shown.delete(element);
    else if (!document.hidden) write(element);
  }
}, 15_000);
