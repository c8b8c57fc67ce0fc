// Live parts: `data-live="3"` asks again every three seconds, with an ETag, and rests while the tab is hidden.
// `data-live-url` names another address; without it the page's own, filters included. `data-part` refreshes only when told.
import { onPart, scan, words } from "./parts.js";
import { toast } from "./toasts.js";

const STOP_POLLING = 286;
const LONGEST_WAIT_S = 60;
const refreshers = new Map();

function isBusy(element) {
  const focus = document.activeElement;
  return element.querySelector(":popover-open, details[open], dialog[open]") || (focus?.matches("input, select, textarea") && element.contains(focus));
}

// The header that htmx would turn into events: toasts ride on it.
function tell(header) {
  for (const [name, detail] of Object.entries(header ? JSON.parse(header) : {})) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function start(element) {
  const every = Number(element.dataset.live) || 0;
  let etag = null;
  let timer = 0;
  let failures = 0;

  const later = () => {
    clearTimeout(timer);
    if (every && element.isConnected) timer = setTimeout(refresh, 1000 * Math.min(every * 2 ** failures, LONGEST_WAIT_S));
  };

  async function refresh({ isForced = false } = {}) {
    if (!element.isConnected) return refreshers.delete(element);
    if (!isForced && (document.hidden || isBusy(element))) return later();
    try {
      if (await fetchInto(isForced)) later();
      failures = 0;
    } catch {
      failures += 1;
      if (failures === 3) toast("warning", words.lost);
      later();
    }
  }

  async function fetchInto(isForced) {
    const headers = { "HX-Request": "true", "HX-Target": element.id, "HX-Current-URL": location.href };
    if (etag && !isForced) headers["If-None-Match"] = etag;
    const response = await fetch(element.dataset.liveUrl ?? location.href, { headers, cache: "no-store" });
    if (response.headers.has("HX-Redirect")) return location.assign(response.headers.get("HX-Redirect"));
    if (response.status === 304) return true;
    tell(response.headers.get("HX-Trigger"));
    if (!response.ok) throw new Error(String(response.status));
    etag = response.headers.get("ETag");
    swap(await response.text());
    return response.status !== STOP_POLLING;
  }

  function swap(html) {
    const place = element.querySelector(":focus")?.id;
    element.innerHTML = html;
    globalThis.htmx?.process(element);
    scan(element);
    if (place) document.getElementById(place)?.focus({ preventScroll: true });
  }

  refreshers.set(element, refresh);
  document.addEventListener("visibilitychange", () => document.hidden || later());
  later();
}

onPart("[data-live], [data-part]", start);

document.addEventListener("forecourt:refresh", () => {
  document.getElementById("fc-dialog")?.close();
  if (refreshers.size === 0) location.reload();
  for (const refresh of refreshers.values()) refresh({ isForced: true });
});

document.addEventListener("htmx:sendError", () => toast("error", words.failed));
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Trigger")) toast("error", words.failed);
});
