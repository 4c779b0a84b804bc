// Draws the report's charts.  The page carries their data as JSON (<script id="charts">, one entry a
// <figure data-chart="id">); every chart also stands in the page as a table, so nothing is lost without this script.

import * as Plot from "@observablehq/plot";

// Okabe and Ito's colours, which people with colour-vision deficiencies tell apart, then darker and
// lighter ones; each is told from white and from black.
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56a4d9", "#c98a00", "#7a7a7a", "#8c564b", "#6a51a3", "#b8ab00"];

// What is summed up as "the others" stands back.
const rest = "#9aa0a6";

function narrow(width) {
  return width < 520;
}

function frame(spec, width) {
  return {
    width,
    style: { background: "transparent", color: "currentColor", fontSize: narrow(width) ? "11px" : "12px", overflow: "visible" },
    color: spec.series && { domain: spec.series, range: spec.series.map((name, i) => (i === spec.rest ? rest : palette[i % palette.length])), legend: true },
    marginLeft: 56,
    marginRight: 24,
    marginBottom: 40,
  };
}

function axis(of, width, extra = {}) {
  return {
    label: of.label,
    labelAnchor: "center",
    labelArrow: "none",
    type: of.log ? "log" : "linear",
    grid: true,
    ticks: narrow(width) ? 4 : undefined,
    tickFormat: of.log ? (value) => value.toLocaleString("en") : undefined,
    ...extra,
  };
}

// Names on an axis break into lines where they do not fit.
function groupAxis(spec, width) {
  const letters = narrow(width) ? 14 : 30;
  const longest = Math.max(...spec.groups.map((name) => Math.min(name.length, letters)));
  return { margin: 16 + (narrow(width) ? 6.1 : 6.8) * longest, y: { label: null, domain: spec.groups, tickSize: 0, tickFormat: (name) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name) } };
}

// One cumulative curve a series; the band is the 95 % interval of the latency at each share.
function ecdf(spec, width) {
  return Plot.plot({
    ...frame(spec, width),
    height: narrow(width) ? 280 : 360,
    x: axis(spec.x, width),
    y: { ...axis(spec.y, width), labelAnchor: "top", domain: [0, 100] },
    marks: [
      Plot.ruleY([0]),
      Plot.areaX(spec.points.filter((point) => point.low !== null), { y: (d) => 100 * d.y, x1: "low", x2: "high", z: "series", fill: "series", fillOpacity: 0.15 }),
      Plot.line(spec.points, { x: "x", y: (d) => 100 * d.y, z: "series", stroke: "series", strokeWidth: 1.6 }),
    ],
  });
}

// Horizontal bars, one a group, stacked by series.
function stacked(spec, width) {
  const groups = groupAxis(spec, width);
  return Plot.plot({
    ...frame(spec, width),
    color: spec.series.length > 1 ? frame(spec, width).color : { domain: spec.series, range: palette },
    marginLeft: groups.margin,
    height: 64 + spec.groups.length * 30,
    x: axis(spec.x, width),
    y: groups.y,
    marks: [
      Plot.barX(spec.points, { x: "value", y: "group", fill: "series", order: spec.series, title: (d) => `${d.group}, ${d.series}: ${d.text}`, insetTop: 3, insetBottom: 3 }),
      Plot.ruleX([0]),
    ],
  });
}

// Lines with intervals and named limits; `step`: a value holds until the next.
function lines(spec, width) {
  const curve = spec.step ? "step-after" : "linear";
  const middle = Math.max(...spec.points.map((point) => point.x)) / 2;
  const label = { x: "x", y: "y", text: "label", dy: spec.above ? -10 : 10, lineAnchor: spec.above ? "bottom" : "top", stroke: "var(--page)", strokeWidth: 3, fill: "currentColor" };
  return Plot.plot({
    ...frame(spec, width),
    marginLeft: 64,
    height: narrow(width) ? 280 : 340,
    x: axis(spec.x, width),
    y: { ...axis(spec.y, width), labelAnchor: "top", zero: !spec.y.log, nice: true },
    marks: [
      spec.y.log ? null : Plot.ruleY([0]),
      Plot.areaY(spec.points.filter((point) => point.low !== undefined && point.low !== null), { x: "x", y1: "low", y2: "high", z: "series", fill: "series", fillOpacity: 0.15, curve }),
      Plot.line(spec.points, { x: "x", y: "y", z: "series", stroke: "series", strokeWidth: 1.8, curve, marker: spec.step ? undefined : "circle" }),
      Plot.dot(spec.marks ?? [], { x: "x", y: "y", stroke: "series", symbol: "times", strokeWidth: 2.5, r: 6, title: "text" }),
      Plot.ruleY(spec.limits ?? [], { y: "y", stroke: "currentColor", strokeDasharray: "5 4" }),
      Plot.text(spec.limits ?? [], { y: "y", text: "text", frameAnchor: "right", textAnchor: "end", dx: -4, dy: -7 }),
      // A label grows towards the middle, so that none leaves the drawing.
      Plot.text((spec.marks ?? []).filter((mark) => mark.x < middle), { ...label, textAnchor: "start" }),
      Plot.text((spec.marks ?? []).filter((mark) => mark.x >= middle), { ...label, textAnchor: "end" }),
    ].filter(Boolean),
  });
}

// A point a value, with its interval by chance (thick) and the range of the model (thin).
function intervals(spec, width) {
  const groups = groupAxis(spec, width);
  return Plot.plot({
    ...frame(spec, width),
    marginLeft: groups.margin,
    height: 64 + spec.groups.length * 26,
    x: { ...axis(spec.x, width), nice: true, zero: spec.zero ?? false },
    y: groups.y,
    marks: [
      spec.zero ? Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.6 }) : null,
      Plot.ruleY(spec.points.filter((point) => point.model_low !== null), { y: "group", x1: "model_low", x2: "model_high", stroke: palette[5], strokeWidth: 1.5 }),
      Plot.ruleY(spec.points.filter((point) => point.low !== null), { y: "group", x1: "low", x2: "high", stroke: palette[0], strokeWidth: 5, strokeOpacity: 0.55 }),
      Plot.dot(spec.points, { y: "group", x: "value", fill: palette[0], r: 4, title: (d) => `${d.group}: ${d.text}` }),
    ].filter(Boolean),
  });
}

// What happened when: a bar from start to end, its kind by colour and by symbol.
function events(spec, width) {
  const groups = groupAxis(spec, width);
  return Plot.plot({
    ...frame(spec, width),
    marginLeft: groups.margin,
    height: 72 + spec.groups.length * 30,
    x: axis(spec.x, width),
    y: groups.y,
    symbol: { domain: spec.series, range: ["circle", "times"] },
    marks: [
      Plot.ruleY(spec.groups, { y: (name) => name, strokeOpacity: 0.2 }),
      Plot.ruleY(spec.points, { y: "group", x1: "x", x2: "end", stroke: "series", strokeWidth: 7, strokeOpacity: 0.5 }),
      Plot.dot(spec.points, { x: "x", y: "group", stroke: "series", symbol: "series", r: 5, strokeWidth: 2, title: "text" }),
    ],
  });
}

const kinds = { ecdf, stacked, lines, intervals, events };

function draw() {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const spec = charts[figure.dataset.chart];
    const place = figure.querySelector(".chart");
    const width = Math.max(280, Math.min(figure.clientWidth, 960));
    const chart = kinds[spec.kind](spec, width);
    // The drawing is one image to a screen reader; the table beside it holds the values.
    for (const svg of chart.tagName === "svg" ? [chart] : chart.querySelectorAll("svg")) {
      svg.setAttribute("aria-hidden", "true");
      svg.setAttribute("focusable", "false");
    }
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", spec.description);
    place.replaceChildren(chart);
  }
}

let pending = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(draw);
});
addEventListener("beforeprint", draw);
draw();
