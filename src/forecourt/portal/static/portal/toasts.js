// Toasts: from the page itself, from the HX-Trigger header, or from a script. Errors stay until closed.
const STAYS_MS = 6000;
const TONES = { success: "ok", info: "live", warning: "wait", error: "bad", bad: "bad" };
const NAMES = { bad: "error", ok: "success" };

export function toast(tone, text) {
  const name = NAMES[tone] ?? (tone in TONES ? tone : "success");
  const element = document.getElementById("fc-toast").content.firstElementChild.cloneNode(true);
  const icon = document.getElementById("fc-toast-icons").content.querySelector(`.is-${name}`);
  element.className = `fc-toast fc-tone-${TONES[name]}`;
  element.dataset.toast = name;
  element.querySelector("svg").replaceWith(icon.cloneNode(true));
  element.querySelector("p").textContent = text;
  document.getElementById("toasts").append(element);
  leaveLater(element);
}

function leaveLater(element) {
  if (element.dataset.toast === "error") return;
  const leave = () => (element.matches(":hover, :focus-within") ? setTimeout(leave, STAYS_MS) : element.remove());
  setTimeout(leave, STAYS_MS);
}

document.querySelectorAll("#toasts .fc-toast").forEach(leaveLater);
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".fc-toast").remove());
document.addEventListener("forecourt:toast", (event) => event.detail.toasts.forEach(({ tone, text }) => toast(tone, text)));
