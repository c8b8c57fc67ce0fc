// Light, dark, or as the device says. The server draws the first byte right from the cookie; this spares the reload.
const root = document.documentElement;

function show(theme) {
  if (theme === "auto") root.removeAttribute("data-bs-theme");
  else root.setAttribute("data-bs-theme", theme);
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("forecourt:theme"));
}

export function choose(theme) {
  const form = document.querySelector("[data-theme-form]");
  show(theme);
  if (!form) return;
  const body = new FormData(form);
  body.set("theme", theme);
  fetch(form.action, { method: "POST", body, redirect: "manual" });
}

export function isDark() {
  const chosen = root.getAttribute("data-bs-theme");
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  choose(event.submitter?.value ?? "auto");
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("forecourt:theme")));

// For people who are not signed in: times in the zone of their device.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("forecourt_zone=")) {
  document.cookie = `forecourt_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}
