// Print buttons are hidden until this script can serve them.
import { onPart } from "./parts.js";

onPart("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
