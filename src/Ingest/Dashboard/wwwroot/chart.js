// Draws one observed property of several datastreams together, in SVG.

import { clock, dayName, make, number, t, utc } from "./texts.js";
import { nearest, niceTicks, runPath, runs, spreadPath, timeTicks, usable, valueRange } from "./plot.js";

const margin = { top: 24, right: 14, bottom: 26 };

/**
 * model: {series: [{id, label, index, points: [{begin, end, value, flag, tests, minimum?, maximum?, capture?}], gap}],
 * bands: [{lower, upper}], from, to, decimals, unit, label}. Times in milliseconds.
 */
export function drawChart(container, model) {
  const range = valueRange(model.series, model.bands, model.decimals);
  if (range === null) {
    container.replaceChildren(make("p", { class: "empty" }, t("chart.empty")));
    return;
  }
  const width = Math.max(280, container.clientWidth);
  const height = container.clientHeight;
  const { step, ticks } = niceTicks(range.low, range.high, Math.max(3, Math.floor(height / 60)));
  const decimals = Math.max(0, Math.min(3, -Math.floor(Math.log10(step) + 1e-9) + (String(step / 10 ** Math.floor(Math.log10(step))).startsWith("2.5") ? 1 : 0)));
  const labels = ticks.map((tick) => number(tick, decimals));
  const left = 14 + 7.2 * Math.max(...labels.map((label) => label.length), 3);
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const x = (time) => left + ((time - model.from) / (model.to - model.from)) * (right - left);
  const y = (value) => bottom - ((value - range.low) / (range.high - range.low)) * (bottom - margin.top);
  const clampedY = (value) => Math.min(bottom, Math.max(margin.top, y(value)));

  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: "0", "aria-label": t("chart.aria", { property: model.label, count: String(model.series.length), from: clock(model.from), to: clock(model.to) }) });
  ticks.forEach((tick, i) => svg.append(
    make("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
    make("text", { class: "axis", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, labels[i])));
  svg.append(make("text", { class: "axis unit", x: 0, y: 12 }, model.unit));
  drawTimeAxis(svg, model, x, left, right, bottom, width);
  for (const band of model.bands) drawBand(svg, band, clampedY, left, right, margin.top, bottom);
  for (const series of model.series) svg.append(drawSeries(series, x, y, clampedY));
  const cursor = make("g", {});
  svg.append(cursor);
  const tip = make("div", { class: "tip", hidden: true });
  container.replaceChildren(svg, tip);
  follow(container, svg, cursor, tip, model, { x, clampedY, left, right, bottom, width });
}

function drawTimeAxis(svg, model, x, left, right, bottom, width) {
  const { step, ticks } = timeTicks(model.from, model.to, Math.floor(width / 72));
  for (const tick of ticks) {
    const at = new Date(tick);
    const midnight = at.getHours() === 0 && at.getMinutes() === 0;
    const place = Math.min(right - 14, Math.max(left + 14, x(tick)));
    svg.append(
      make("line", { class: "grid", x1: x(tick), x2: x(tick), y1: margin.top, y2: bottom + 5 }),
      make("text", { class: "axis", x: place, y: bottom + 19, "text-anchor": "middle" }, midnight || step >= 86_400_000 ? dayName(tick) : clock(tick, { day: false })));
  }
}

function drawBand(svg, band, y, left, right, top, bottom) {
  const upper = band.upper === null ? top : y(band.upper);
  const lower = band.lower === null ? bottom : y(band.lower);
  svg.append(make("rect", { class: "band", x: left, y: upper, width: right - left, height: Math.max(0, lower - upper) }));
  for (const edge of [band.upper, band.lower]) {
    if (edge !== null) svg.append(make("line", { class: "band-edge", x1: left, x2: right, y1: y(edge), y2: y(edge) }));
  }
}

function drawSeries(series, x, y, clampedY) {
  const group = make("g", { class: `series-${series.index % 4}` });
  for (const run of runs(series.points, series.gap)) {
    if (run[0].minimum !== undefined) group.append(make("path", { class: "spread", d: spreadPath(run, x, y) }));
    if (run.length === 1 && run[0].begin === run[0].end) {
      group.append(make("circle", { class: "mark-single", cx: x(run[0].begin), cy: y(run[0].value), r: 2.5 }));
    } else {
      group.append(make("path", { class: run.length > 600 ? "trace dense" : "trace", d: runPath(run, x, y) }));
    }
  }
  let last = -Infinity;
  for (const point of series.points) {
    if (point.value === null || (point.flag !== 3 && point.flag !== 4)) continue;
    const at = x((point.begin + point.end) / 2);
    if (at - last < 6) continue;      // closer together than they are wide, they would hide the line
    last = at;
    group.append(point.flag === 3 ? suspectMark(at, clampedY(point.value)) : failMark(at, clampedY(point.value)));
  }
  return group;
}

const suspectMark = (x, y) => make("path", { class: "mark-suspect", d: `M${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}L${x - 5} ${y}Z` });
const failMark = (x, y) => make("path", { class: "mark-fail", d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}` });

/** A line that follows the pointer or the arrow keys, with the values of every datastream at that time. */
function follow(container, svg, cursor, tip, model, place) {
  let at = null;
  const hide = () => { at = null; cursor.replaceChildren(); tip.hidden = true; };
  const show = (time) => {
    at = Math.min(model.to, Math.max(model.from, time));
    const found = model.series.map((series) => ({ series, point: nearest(series.points, at, series.gap) })).filter((f) => f.point);
    cursor.replaceChildren(make("line", { class: "cursor", x1: place.x(at), x2: place.x(at), y1: margin.top, y2: place.bottom }));
    for (const { series, point } of found) {
      if (point.value === null) continue;
      const dot = make("circle", { class: "cursor-dot", cx: place.x(Math.min(point.end, Math.max(point.begin, at))), cy: place.clampedY(point.value), r: 4 });
      cursor.append(make("g", { class: `series-${series.index % 4}` }, dot));
    }
    tip.replaceChildren(
      make("time", { datetime: new Date(at).toISOString() }, `${clock(at, { seconds: true })}`),
      make("time", {}, utc(at)),
      ...model.series.map((series) => tipRow(series, found.find((f) => f.series === series)?.point, model)));
    tip.hidden = false;
    const before = place.x(at) > place.width / 2;
    tip.style.left = before ? "auto" : `${place.x(at) + 12}px`;
    tip.style.right = before ? `${container.clientWidth - place.x(at) + 12}px` : "auto";
  };
  const timeAt = (event) => {
    const box = svg.getBoundingClientRect();
    return model.from + (((event.clientX - box.left) * (place.width / box.width) - place.left) / (place.right - place.left)) * (model.to - model.from);
  };
  svg.addEventListener("pointermove", (event) => show(timeAt(event)));
  svg.addEventListener("pointerdown", (event) => show(timeAt(event)));
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps) { event.preventDefault(); show((at ?? model.to) + (steps * (model.to - model.from)) / 60); }
    if (event.key === "Escape") hide();
  });
}

function tipRow(series, point, model) {
  let text = "–";
  if (point && point.value !== null) {
    text = `${number(point.value, model.decimals)} ${model.unit}`;
    if (!usable(point) || point.flag !== 1) text += ` (${t(`quality.${point.flag}`)})`;
    if (point.capture !== undefined && point.capture !== null) text += `, ${t("chart.capture", { percent: String(point.capture) })}`;
  } else if (point) {
    text = t(`quality.${point.flag}`);
  }
  return make("div", { class: `row series-${series.index % 4}` }, make("b", {}, series.label), make("span", {}, text));
}

/** Swatches: the line of each datastream, then the marks that occur. */
export function drawLegend(list, model) {
  const swatch = (...marks) => { const svg = make("svg", { width: 26, height: 14, viewBox: "0 0 26 14", "aria-hidden": "true" }); svg.append(...marks); return svg; };
  const items = model.series.map((series) => make("li", { class: `series-${series.index % 4}`, title: series.id },
    swatch(make("path", { class: "trace", d: "M1 7H25" })), make("b", {}, series.label), series.note));
  const has = (flag) => model.series.some((series) => series.points.some((point) => point.flag === flag && point.value !== null));
  if (has(3)) items.push(make("li", {}, swatch(suspectMark(13, 7)), t("chart.legend.suspect")));
  if (has(4)) items.push(make("li", {}, swatch(failMark(13, 7)), t("chart.legend.fail")));
  for (const label of new Set(model.bands.map((band) => band.label))) {
    items.push(make("li", {}, swatch(make("rect", { class: "band", x: 1, y: 1, width: 24, height: 12 }), make("line", { class: "band-edge", x1: 1, x2: 25, y1: 1.5, y2: 1.5 }), make("line", { class: "band-edge", x1: 1, x2: 25, y1: 12.5, y2: 12.5 })), label));
  }
  list.replaceChildren(...items);
}
