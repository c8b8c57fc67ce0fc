// The map: borders and names from the bundled atlas, so it works offline; `data-tiles` adds streets.
import { Map as MapView, NavigationControl, Popup, LngLatBounds } from "../vendor/maplibre/maplibre-gl.mjs";
import "../vendor/topojson/topojson-client.js";
import { colour, token } from "./colours.js";

const ATLAS = new URL("../vendor/world/countries-50m.json", import.meta.url);
const CLOSE_ATLAS = new URL("../vendor/world/countries-10m.json", import.meta.url);
const CLOSE_ZOOM = 5.5;
const TONES = ["ok", "live", "held", "wait", "bad", "off"];
const FONT = ["Inter"];

async function loadStyles() {
  if (document.querySelector("link[data-maplibre]")) return;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../vendor/maplibre/maplibre-gl.css", import.meta.url).href });
  link.dataset.maplibre = "";
  const loaded = new Promise((resolve) => link.addEventListener("load", resolve));
  document.head.prepend(link);
  await loaded;
}

async function atlas(address) {
  const topology = await (await fetch(address)).json();
  return globalThis.topojson.feature(topology, topology.objects.countries);
}

// A name stands in the middle of a country's largest part, not between its islands.
function names(countries) {
  const width = (ring) => Math.max(...ring.map(([x]) => x)) - Math.min(...ring.map(([x]) => x));
  const middle = (ring, axis) => (Math.max(...ring.map((point) => point[axis])) + Math.min(...ring.map((point) => point[axis]))) / 2;
  const features = countries.features.map(({ geometry, properties }) => {
    const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map((part) => part[0]);
    const largest = rings.reduce((best, ring) => (width(ring) > width(best) ? ring : best));
    return { type: "Feature", properties, geometry: { type: "Point", coordinates: [middle(largest, 0), middle(largest, 1)] } };
  });
  return { type: "FeatureCollection", features };
}

function points(places) {
  const features = places.map(({ longitude, latitude, ...properties }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [longitude, latitude] } }));
  return { type: "FeatureCollection", features };
}

function style(countries, places, tiles) {
  const land = colour("light-dark(oklch(0.985 0.003 215), oklch(0.235 0.011 225))");
  const sea = colour("light-dark(oklch(0.935 0.012 215), oklch(0.165 0.012 225))");
  const [line, ink, surface, brand, onBrand] = ["line-2", "ink-2", "surface", "brand", "on-brand"].map(token);
  const tone = ["match", ["get", "tone"], ...TONES.flatMap((name) => [name, token(name)]), brand];
  const streets = tiles ? { streets: { type: "raster", tiles: [tiles], tileSize: 256 } } : {};
  return {
    version: 8,
    sources: {
      countries: { type: "geojson", data: countries, attribution: tiles ? undefined : "Natural Earth" },
      names: { type: "geojson", data: names(countries) },
      places: { type: "geojson", data: points(places), cluster: true, clusterRadius: 36, clusterMaxZoom: 13 },
      ...streets,
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": sea } },
      { id: "land", type: "fill", source: "countries", paint: { "fill-color": land } },
      ...(tiles ? [{ id: "streets", type: "raster", source: "streets" }] : []),
      { id: "borders", type: "line", source: "countries", paint: { "line-color": line, "line-width": 1 } },
      { id: "names", type: "symbol", source: "names", layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint: { "text-color": ink, "text-halo-color": land, "text-halo-width": 1.5 } },
      { id: "clusters", type: "circle", source: "places", filter: ["has", "point_count"], paint: { "circle-color": brand, "circle-radius": ["step", ["get", "point_count"], 12, 10, 15, 50, 19], "circle-stroke-width": 2, "circle-stroke-color": surface } },
      { id: "counts", type: "symbol", source: "places", filter: ["has", "point_count"], layout: { "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 12, "text-allow-overlap": true }, paint: { "text-color": onBrand } },
      { id: "places", type: "circle", source: "places", filter: ["!", ["has", "point_count"]], paint: { "circle-color": tone, "circle-radius": 6.5, "circle-stroke-width": 2, "circle-stroke-color": surface } },
    ],
  };
}

function popup(place) {
  const box = document.createElement("div");
  const name = document.createElement(place.url ? "a" : "strong");
  if (place.url) name.href = place.url;
  name.textContent = place.name;
  const note = Object.assign(document.createElement("div"), { className: "fc-muted", textContent: place.note ?? "" });
  box.append(name, note);
  return box;
}

function wire(view) {
  view.on("click", "places", ({ features: [feature] }) => new Popup({ closeButton: false, offset: 10 }).setLngLat(feature.geometry.coordinates).setDOMContent(popup(feature.properties)).addTo(view));
  view.on("click", "clusters", async ({ features: [feature] }) => {
    const zoom = await view.getSource("places").getClusterExpansionZoom(feature.properties.cluster_id);
    view.easeTo({ center: feature.geometry.coordinates, zoom });
  });
  for (const layer of ["places", "clusters"]) {
    view.on("mouseenter", layer, () => view.getCanvas().style.setProperty("cursor", "pointer"));
    view.on("mouseleave", layer, () => view.getCanvas().style.removeProperty("cursor"));
  }
}

export async function draw(element) {
  const places = JSON.parse(document.getElementById(element.dataset.map).textContent);
  let [countries] = await Promise.all([atlas(ATLAS), loadStyles(), document.fonts.load("12px Inter")]);
  const tiles = element.dataset.tiles;
  const bounds = new LngLatBounds();
  for (const { longitude, latitude } of places) bounds.extend([longitude, latitude]);
  const where = bounds.isEmpty() ? { center: [11, 56], zoom: 4 } : { bounds, fitBoundsOptions: { padding: 48, maxZoom: 11 } };
  const view = new MapView({ container: element, style: style(countries, places, tiles), ...where, cooperativeGestures: false, dragRotate: false, attributionControl: { compact: true }, maxZoom: tiles ? 19 : 12 });
  view.addControl(new NavigationControl({ showCompass: false }), "top-right");
  view.getCanvas().setAttribute("aria-label", element.dataset.label);
  wire(view);
  const repaint = () => (element.isConnected ? view.setStyle(style(countries, places, tiles)) : document.removeEventListener("forecourt:theme", repaint));
  document.addEventListener("forecourt:theme", repaint);
  const sharpen = async () => {
    if (view.getZoom() < CLOSE_ZOOM) return;
    view.off("moveend", sharpen);
    countries = await atlas(CLOSE_ATLAS);
    view.getSource("countries")?.setData(countries);
  };
  view.on("moveend", sharpen);
  view.once("load", sharpen);
  view.once("idle", () => element.setAttribute("data-drawn", ""));
}
