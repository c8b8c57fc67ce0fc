// The portal's behaviour, in small modules. Every page works without them, except charts and maps.
import "./theme.js";
import "./toasts.js";
import "./dialog.js";
import "./live.js";
import "./filters.js";
import "./copy.js";
import "./print.js";
import "./times.js";
import "./units.js";
import "./keys.js";
import { onPart } from "./parts.js";

onPart("[data-chart]", (element) => import("./charts.js").then((charts) => charts.draw(element)));
onPart("[data-map]", (element) => import("./map.js").then((map) => map.draw(element)));
