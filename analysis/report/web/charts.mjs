// Draws the report's charts.  The page carries their data as JSON (<script id="charts">, one entry a
// <figure data-chart="id">); every chart also stands in the page as a table, so nothing is lost without this script.

import * as Plot from "@observablehq/plot";

// Okabe and Ito's colours, which people with colour-vision deficiencies tell apart; dark first, so
// that they hold on white, then the lighter ones.
const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a7a7a"];

function narrow(width) {
  return width < 520;
}

function frame(spec, width) {
  return {
    width,
    style: { background: "transparent", color: "currentColor", fontSize: narrow(width) ? "11px" : "12px", overflow: "visible" },
    color: { domain: spec.series, range: palette, legend: true },
    marginLeft: spec.marginLeft ?? 56,
  };
}

function axis(of, extra = {}) {
  return { label: of.label, type: of.log ? "log" : "linear", grid: true, tickFormat: of.log ? "~s" : undefined, ...extra };
}

// Room for the longest name on the axis, at 6.6 pixels a letter.
function labelWidth(names) {
  return 16 + 6.6 * Math.max(...names.map((name) => name.length));
}

// One cumulative curve a series, with the 95 % interval of each probability as a band.
function ecdf(spec, width) {
  return Plot.plot({
    ...frame(spec, width),
    height: narrow(width) ? 260 : 340,
    x: axis(spec.x, narrow(width) ? { ticks: 4 } : {}),
    y: axis(spec.y, { domain: [0, 100], percent: true, label: `${spec.y.label} (%)` }),
    marks: [
      Plot.ruleY([0]),
      Plot.areaY(spec.points, { x: "x", y1: "low", y2: "high", fill: "series", fillOpacity: 0.15 }),
      Plot.line(spec.points, { x: "x", y: "y", stroke: "series", strokeWidth: 1.6 }),
    ],
  });
}

// Horizontal bars, one a group, stacked by part.
function stacked(spec, width) {
  const groups = new Set(spec.points.map((point) => point.group)).size;
  return Plot.plot({
    ...frame(spec, width),
    marginLeft: labelWidth(spec.groups),
    height: 48 + groups * 30,
    x: axis(spec.x, narrow(width) ? { ticks: 4 } : {}),
    y: { label: null, domain: spec.groups },
    marks: [
      Plot.barX(spec.points, { x: "value", y: "group", fill: "series", order: spec.series, title: (d) => `${d.group}: ${d.series} ${d.text}` }),
      Plot.ruleX([0]),
    ],
  });
}

// Lines (sweeps) or steps (addresses over time) with intervals and named limits.
function lines(spec, width) {
  return Plot.plot({
    ...frame(spec, width),
    height: narrow(width) ? 260 : 340,
    x: axis(spec.x, narrow(width) ? { ticks: 4 } : {}),
    y: axis(spec.y, { zero: !spec.y.log }),
    marks: [
      Plot.areaY(spec.points, { x: "x", y1: "low", y2: "high", fill: "series", fillOpacity: 0.15, curve: spec.step ? "step-after" : "linear" }),
      Plot.line(spec.points, { x: "x", y: "y", stroke: "series", strokeWidth: 1.6, curve: spec.step ? "step-after" : "linear", marker: spec.step ? undefined : "circle" }),
      Plot.ruleY(spec.limits ?? [], { y: "y", strokeDasharray: "4 3" }),
      Plot.text(spec.limits ?? [], { y: "y", text: "text", frameAnchor: "right", dy: -6, textAnchor: "end" }),
    ],
  });
}

// A point a value with its interval: what is compared first.
function intervals(spec, width) {
  return Plot.plot({
    ...frame(spec, width),
    color: { legend: false },
    marginLeft: labelWidth(spec.groups),
    height: 48 + spec.groups.length * 26,
    x: axis(spec.x, narrow(width) ? { ticks: 4 } : {}),
    y: { label: null, domain: spec.groups },
    marks: [
      Plot.ruleY(spec.points, { y: "group", x1: "low", x2: "high", stroke: palette[0], strokeWidth: 2 }),
      Plot.dot(spec.points, { y: "group", x: "value", fill: palette[0], r: 4, title: (d) => `${d.group}: ${d.text}` }),
      Plot.ruleX([0]),
    ],
  });
}

// Named moments on a time axis.
function events(spec, width) {
  return Plot.plot({
    ...frame(spec, width),
    height: 60 + spec.groups.length * 30,
    marginLeft: labelWidth(spec.groups),
    x: axis(spec.x),
    y: { label: null, domain: spec.groups },
    marks: [Plot.tickX(spec.points, { x: "x", y: "group", stroke: "series", strokeWidth: 2, title: "text" })],
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
