// A canvas does not know light-dark() or oklch variables: let the browser work the colour out.
const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });

export function colour(expression) {
  const probe = document.createElement("span");
  probe.style.color = expression;
  document.body.append(probe);
  context.fillStyle = getComputedStyle(probe).color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  probe.remove();
  return `rgb(${red}, ${green}, ${blue})`;
}

export const token = (name) => colour(`var(--fc-${name})`);
