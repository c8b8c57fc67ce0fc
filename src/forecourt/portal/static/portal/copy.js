// Copy buttons are hidden until this script can serve them.
import { onPart, words } from "./parts.js";
import { toast } from "./toasts.js";

onPart("[data-copy]", (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast("success", words.copied);
  });
});
