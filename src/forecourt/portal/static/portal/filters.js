// A filter bar answers while you type; without JavaScript its button does. The address keeps the filters.
import { onPart } from "./parts.js";

const PAUSE_MS = 250;

onPart("[data-filters]", (form) => {
  let timer = 0;
  form.querySelector("[data-filter-submit]")?.setAttribute("hidden", "");
  const submit = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(), wait);
  };
  form.addEventListener("input", (event) => event.target.matches("[type=search], [type=text]") && submit(PAUSE_MS));
  form.addEventListener("change", (event) => !event.target.matches("[type=search], [type=text]") && submit(0));
});

// The bar stays while the list is exchanged: its links follow the address.
document.addEventListener("htmx:pushedIntoHistory", () => {
  document.querySelector("[data-filter-clear]")?.toggleAttribute("hidden", location.search === "");
  const query = new URLSearchParams(location.search);
  query.delete("page");
  query.set("format", "csv");
  document.querySelector("[data-filter-csv]")?.setAttribute("href", `?${query}`);
});

// Empty fields do not belong in the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-filters]")) return;
  for (const key of [...event.detail.formData.keys()]) {
    if (event.detail.formData.get(key) === "") event.detail.formData.delete(key);
  }
});
