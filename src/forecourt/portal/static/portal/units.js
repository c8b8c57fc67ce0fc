// The unit beside a field follows the choice it comes from: a price is in the chosen currency.
import { onPart } from "./parts.js";

onPart("[data-unit-from]", (unit) => {
  const choice = document.getElementById(unit.dataset.unitFrom);
  const show = () => {
    const chosen = choice.selectedOptions[0];
    unit.textContent = chosen?.value ? chosen.text : "";
  };
  choice.addEventListener("change", show);
  show();
});
