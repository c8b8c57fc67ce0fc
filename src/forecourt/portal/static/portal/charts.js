// Charts: the data stands in a JSON script tag beside; colours and type come from the page's tokens.
import * as echarts from "../vendor/echarts/echarts.mjs";
import { token } from "./colours.js";

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 6;

function tip(unit, write) {
  return (points) => {
    const box = document.createElement("div");
    box.className = "fc-chart-tip";
    const title = document.createElement("strong");
    title.textContent = points[0].axisValueLabel;
    box.append(title);
    for (const point of points) {
      const dot = document.createElementNS(SVG, "svg");
      dot.setAttribute("viewBox", "0 0 8 8");
      const circle = document.createElementNS(SVG, "circle");
      for (const [key, value] of Object.entries({ cx: 4, cy: 4, r: 4, fill: point.color })) circle.setAttribute(key, value);
      dot.append(circle);
      const name = document.createElement("span");
      name.textContent = point.seriesName;
      const value = document.createElement("b");
      value.textContent = point.value == null ? "–" : `${write(point.value)} ${unit}`.trim();
      box.append(dot, name, value);
    }
    return box;
  };
}

function series(chart, one, place) {
  const color = token(one.tone ?? `chart-${(place % COLOURS) + 1}`);
  const isBar = (one.type ?? chart.type) === "bar";
  return {
    name: one.name,
    type: isBar ? "bar" : "line",
    data: one.values,
    stack: chart.stacked ? "all" : undefined,
    step: one.step ? "end" : undefined,
    color,
    barMaxWidth: 28,
    showSymbol: false,
    symbolSize: 6,
    lineStyle: { width: 1.75 },
    itemStyle: isBar ? { borderRadius: chart.stacked ? 0 : [3, 3, 0, 0] } : undefined,
    areaStyle: !isBar && chart.series.length === 1 ? { opacity: 0.1 } : undefined,
  };
}

function options(chart) {
  const language = document.documentElement.lang;
  const numbers = new Intl.NumberFormat(language === "en" ? "en-GB" : language, { maximumFractionDigits: 2 });
  const write = (value) => numbers.format(value);
  const [ink, line, surface] = ["ink-3", "line", "raised"].map(token);
  return {
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: 8, top: chart.series.length > 1 ? 36 : 12, bottom: 4, outerBoundsMode: "same" },
    legend: { show: chart.series.length > 1, left: 0, top: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: token("ink-2") } },
    tooltip: { trigger: "axis", confine: true, borderWidth: 0, padding: [8, 12], backgroundColor: surface, formatter: tip(chart.unit ?? "", write), axisPointer: { lineStyle: { color: line } } },
    xAxis: { type: "category", data: chart.labels, boundaryGap: chart.type === "bar", axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true } },
    yAxis: { type: "value", name: chart.unit ?? "", nameTextStyle: { color: ink, align: "left" }, nameGap: 0, axisLabel: { color: ink, formatter: write }, splitLine: { lineStyle: { color: line } } },
    series: chart.series.map((one, place) => series(chart, one, place)),
  };
}

export function draw(figure) {
  const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const canvas = figure.querySelector(".fc-chart-canvas");
  const drawn = echarts.init(canvas, null, { renderer: "canvas" });
  const paint = () => drawn.setOption(options(chart), true);
  const watch = new ResizeObserver(() => {
    if (canvas.isConnected) return drawn.resize();
    watch.disconnect();
    document.removeEventListener("forecourt:theme", paint);
    drawn.dispose();
  });
  watch.observe(canvas);
  document.addEventListener("forecourt:theme", paint);
  paint();
}
