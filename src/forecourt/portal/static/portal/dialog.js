// Confirmation. `data-dialog` on a link opens its page as a dialog; `data-confirm` on a button asks before submitting.
import { scan, words } from "./parts.js";

const dialog = document.getElementById("fc-dialog");

async function open(link) {
  const response = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
  const answer = new DOMParser().parseFromString(await response.text(), "text/html");
  const body = answer.querySelector("[data-dialog-body]");
  if (!response.ok || response.redirected || !body) {
    location.assign(link.href);
    return;
  }
  show(document.adoptNode(body));
}

function show(...content) {
  dialog.replaceChildren(...content);
  globalThis.htmx?.process(dialog);
  scan(dialog);
  dialog.showModal();
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function ask(button) {
  const form = button.form;
  const sure = element("button", { className: button.dataset.danger === undefined ? "btn btn-primary" : "btn btn-danger", type: "button" }, button.textContent.trim());
  const cancel = element("button", { className: "btn btn-quiet", type: "button" }, words.cancel);
  cancel.dataset.dialogClose = "";
  sure.addEventListener("click", () => {
    dialog.close();
    form.dataset.confirmed = "true";
    form.requestSubmit(button);
  });
  const title = element("h2", { id: "dialog-title" }, button.dataset.confirm);
  show(title, element("div", { className: "fc-dialog-foot" }, cancel, sure));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey && event.button === 0) {
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    open(link).catch(() => location.assign(link.href));
  } else if (event.target.closest("[data-dialog-close]") && dialog.open) {
    event.preventDefault();
    dialog.close();
  } else if (event.target === dialog) {
    dialog.close();
  }
});

document.addEventListener(
  "submit",
  (event) => {
    const button = event.submitter;
    if (!button?.dataset.confirm || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button);
  },
  true,
);

// A <details> menu closes when the eye leaves it.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.fc-drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.fc-drop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
