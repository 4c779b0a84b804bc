// page.mjs CHROMIUM PAGE FOLDER: opens a report as a reader does, wide and narrow, light and dark, and prints it.
// Fails if anything is requested besides the file, if the console reports an error, if a chart is not drawn, if the
// page scrolls sideways, if the keyboard does not reach everything, or if axe-core finds something serious.
// Leaves screenshots and the PDF in FOLDER.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, page, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const url = pathToFileURL(page).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const profile = mkdtempSync(join(tmpdir(), "cnisim-page-"));

// The browser's own debugging protocol over a pipe: messages are JSON, each ended by a zero byte.
const browser = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const listeners = [];
let last = 0;
let unread = "";
browser.stdio[4].setEncoding("utf8");
browser.stdio[4].on("data", (text) => {
  unread += text;
  for (let end = unread.indexOf("\0"); end >= 0; end = unread.indexOf("\0")) {
    const message = JSON.parse(unread.slice(0, end));
    unread = unread.slice(end + 1);
    if (message.id) {
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    } else {
      for (const listener of listeners) listener(message);
    }
  }
});
function send(method, params = {}, sessionId = undefined) {
  return new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    browser.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });
}

const problems = [];
async function look(width, scheme) {
  const name = `${width}-${scheme}`;
  const problem = (text) => problems.push(`${name}: ${text}`);
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  let loaded;
  const load = new Promise((resolve) => (loaded = resolve));
  listeners.push((message) => {
    if (message.sessionId !== sessionId) return;
    const { method, params } = message;
    if (method === "Page.loadEventFired") loaded();
    if (method === "Network.requestWillBeSent" && params.request.url !== url && !params.request.url.startsWith("data:")) problem(`requests ${params.request.url}`);
    if (method === "Runtime.exceptionThrown") problem(`throws ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) problem(`console: ${JSON.stringify(params.args)}`);
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) problem(`log: ${params.entry.text}`);
  });
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await call(`${domain}.enable`);
  await call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await call("Page.navigate", { url });
  await load;
  const value = async (expression) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };

  const figures = await value(`document.querySelectorAll("figure[data-chart]").length`);
  const drawn = await value(`[...document.querySelectorAll("figure[data-chart]")].filter((f) => f.querySelector("svg path, svg rect, svg line, svg circle")).length`);
  if (figures === 0 || drawn !== figures) problem(`${drawn} of ${figures} charts are drawn`);
  const tables = await value(`[...document.querySelectorAll("figure[data-chart]")].filter((f) => f.nextElementSibling?.matches("details") && f.nextElementSibling.querySelector("tbody tr")).length`);
  if (tables !== figures) problem(`${tables} of ${figures} charts have their table`);
  const spill = await value(`document.documentElement.scrollWidth - document.documentElement.clientWidth`);
  if (spill > 0) problem(`the page is ${spill} pixels wider than its window`);

  // The keyboard: Tab visits every link, fold and table that is shown.
  const stops = await value(`[...document.querySelectorAll("a[href], summary, [tabindex='0']")].filter((e) => e.matches("summary") || e.matches(".skip") || !e.closest("details:not([open])")).length`);
  await value(`globalThis.seen = new Set(); addEventListener("focusin", (event) => seen.add(event.target)); document.body.focus()`);
  for (let i = 0; i < stops + 2; ++i) {
    for (const type of ["rawKeyDown", "keyUp"]) await call("Input.dispatchKeyEvent", { type, key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 });
  }
  const reached = await value(`seen.size`);
  if (reached < stops) problem(`the keyboard reaches ${reached} of ${stops} places`);
  await value(`document.activeElement.blur(); scrollTo(0, 0)`);

  // As a reader with everything unfolded meets it (once: the tables are long), and as it opens.
  const first = width > 1000 && scheme === "light";
  for (const open of first ? [true, false] : [false]) {
    await value(`for (const fold of document.querySelectorAll("details")) fold.open = ${open}`);
    if (!(await value(`typeof axe !== "undefined"`))) await value(`${axe}; 0`);
    const violations = JSON.parse(await value(`axe.run(document, { resultTypes: ["violations"] }).then((r) => JSON.stringify(r.violations.map((v) => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 120), v.nodes[0].failureSummary])))`));
    for (const [impact, id, count, html, summary] of violations) {
      const text = `axe: ${impact} ${id} at ${count} places, first ${html}: ${summary}`;
      if (impact === "serious" || impact === "critical") problem(text);
      else console.log(`${name}: ${text}`);
    }
  }

  const { cssContentSize } = await call("Page.getLayoutMetrics");
  const shot = await call("Page.captureScreenshot", { captureBeyondViewport: true, clip: { x: 0, y: 0, width, height: Math.min(16000, cssContentSize.height), scale: 1 } });
  writeFileSync(join(folder, `${name}.png`), Buffer.from(shot.data, "base64"));
  if (width > 1000 && scheme === "dark") {  // paper is white whatever the screen is
    const { data } = await call("Page.printToPDF", { paperWidth: 8.27, paperHeight: 11.69 });
    const pdf = Buffer.from(data, "base64");
    writeFileSync(join(folder, "print.pdf"), pdf);
    if (!pdf.subarray(0, 5).equals(Buffer.from("%PDF-"))) problem("prints no PDF");
  }
  await send("Target.closeTarget", { targetId });
  console.log(`${name}: ${figures} charts, ${stops} places by keyboard, ${Math.round(cssContentSize.height)} pixels high`);
}

try {
  for (const width of [1280, 400]) for (const scheme of ["light", "dark"]) await look(width, scheme);
} finally {
  browser.kill();
  await new Promise((resolve) => browser.once("exit", resolve));
  rmSync(profile, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
