// The geometry of the chart: scales, ticks, and lines that break where nothing was measured. Knows nothing of the page.

/** A value counts in a line when it has a result and is good, not evaluated or suspect: the rule of the service. */
export const usable = (point) => point.value !== null && point.flag !== 4 && point.flag !== 9;

/** Round numbers that divide a range into about `count` steps. */
export function niceTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.75);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  return { step, ticks };
}

const minute = 60_000;
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880].map((m) => m * minute);

/** Whole minutes, hours or days of local time, at most `count` of them. */
export function timeTicks(from, to, count) {
  const step = timeSteps.find((s) => (to - from) / s <= count) ?? timeSteps.at(-1);
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  const ticks = [];
  for (let at = midnight.getTime(); at <= to; at += step) if (at >= from) ticks.push(at);
  return { step, ticks };
}

/** The range of the values that count, with the bands, and air around it. */
export function valueRange(series, bands, decimals) {
  let low = Infinity;
  let high = -Infinity;
  for (const { points } of series) {
    for (const point of points) {
      if (!usable(point)) continue;
      low = Math.min(low, point.minimum ?? point.value);
      high = Math.max(high, point.maximum ?? point.value);
    }
  }
  if (low > high) return null;
  for (const band of bands) {
    low = Math.min(low, band.lower ?? low);
    high = Math.max(high, band.upper ?? high);
  }
  const smallest = 5 * 10 ** -decimals;
  const span = Math.max(high - low, smallest);
  const middle = (low + high) / 2;
  const bottom = middle - span * 0.58;
  return { low: low >= 0 && bottom < 0 ? 0 : bottom, high: middle + span * 0.58 };
}

/**
 * Runs of points that belong together: a run ends at a value that doesn't count and where the next begins later than the gap
 * limit after the end of the last.
 */
export function runs(points, gap) {
  const all = [];
  let run = null;
  for (const point of points) {
    if (!usable(point)) { run = null; continue; }
    if (run === null || point.begin - run.at(-1).end > gap) all.push(run = []);
    run.push(point);
  }
  return all;
}

/** The path of a run: instants joined by lines, intervals as steps from begin to end. */
export function runPath(run, x, y) {
  const parts = [];
  for (const point of run) {
    const height = y(point.value).toFixed(1);
    parts.push(`${parts.length ? "L" : "M"}${x(point.begin).toFixed(1)} ${height}`);
    if (point.end > point.begin) parts.push(`L${x(point.end).toFixed(1)} ${height}`);
  }
  return parts.join("");
}

/** The outline between minimum and maximum of a run of aggregates. */
export function spreadPath(run, x, y) {
  const upper = run.flatMap((p) => [`${x(p.begin).toFixed(1)} ${y(p.maximum).toFixed(1)}`, `${x(p.end).toFixed(1)} ${y(p.maximum).toFixed(1)}`]);
  const lower = run.flatMap((p) => [`${x(p.begin).toFixed(1)} ${y(p.minimum).toFixed(1)}`, `${x(p.end).toFixed(1)} ${y(p.minimum).toFixed(1)}`]).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** The point of a series at or nearest to a time, null when the nearest is further away than the gap limit. */
export function nearest(points, time, gap) {
  let best = null;
  let distance = Infinity;
  for (const point of points) {
    const away = time < point.begin ? point.begin - time : time > point.end ? time - point.end : 0;
    if (away < distance || (away === distance && point.begin <= time)) { best = point; distance = away; }
  }
  return distance <= gap ? best : null;
}
