// The page: what is asked for, how often, and what is shown when it doesn't come.

import { showAlerts } from "./alerts.js";
import { drawChart, drawLegend } from "./chart.js";
import { usable } from "./plot.js";
import { latestAllowed, showStations, unitOf } from "./stations.js";
import { age, capital, clock, durationOf, language, make, number, pick, preferredLanguage, remember, remembered, t, timeElement, useLanguage } from "./texts.js";

const every = { values: 4_000, catalogue: 60_000 };
const answerWithin = 8_000;

// What a period of the chart asks for and how often; longer ones as hourly means.
const ranges = {
  "1h": { span: 3_600_000, refresh: 5_000 },
  "6h": { span: 21_600_000, refresh: 15_000 },
  "24h": { span: 86_400_000, refresh: 60_000 },
  "7d": { span: 604_800_000, refresh: 300_000, aggregate: "hour" },
};

/** A choice in the address of the page: a link to a chart can be sent to somebody. */
const asked = (name) => new URLSearchParams(location.search).get(name);

function choose(name, value) {
  remember(name, value);
  const search = new URLSearchParams(location.search);
  search.set(name, value);
  history.replaceState(null, "", `?${search}`);
}

const state = {
  catalogue: null,          // {stations, datastreams, properties}
  latest: new Map(),
  alerts: { alerts: [], rules: [], problems: [] },
  ahead: 0,                 // clock of the service minus clock of this device
  heard: null,              // when the service last answered
  failing: false,
  property: asked("property") ?? remembered("property"),
  range: ranges[asked("range") ?? remembered("range")] ? asked("range") ?? remembered("range") : "1h",
  chart: null,
  compared: null,           // {key, pairs}
  turn: 0,                 // only the newest request for the chart may draw
};

const at = (id) => document.getElementById(id);
const now = () => Date.now() + state.ahead;

async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(answerWithin) });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.detail ?? `${answer.status} ${answer.statusText}`);
  if (body?.time) state.ahead = Date.parse(body.time) - Date.now();
  return body;
}

async function refreshCatalogue() {
  const [stations, datastreams] = await Promise.all([ask("api/stations"), ask("api/datastreams")]);
  state.catalogue = { stations: stations.stations, datastreams: datastreams.datastreams, properties: datastreams.observedProperties };
  chooseProperty();
}

async function refreshValues() {
  const [latest, alerts] = await Promise.all([ask("api/latest"), ask("api/alerts")]);
  state.latest = new Map(latest.observations.map((o) => [o.datastream, o]));
  state.alerts = alerts;
  const known = new Set(state.catalogue?.datastreams.map((d) => d.id));
  if (latest.observations.some((o) => !known.has(o.datastream))) await refreshCatalogue();
}

// The property on the chart: the chosen one, else one that most stations share.
function chooseProperty() {
  const { datastreams, properties } = state.catalogue;
  const stationsOf = (name) => new Set(datastreams.filter((d) => d.observedProperty === name).map((d) => `${d.owner}/${d.station}`)).size;
  const names = [...new Set(datastreams.map((d) => d.observedProperty))];
  if (!names.includes(state.property)) {
    const preferred = ["groundwater_level", "water_level", "nh3", "pm2_5"];
    const rank = (name) => (preferred.indexOf(name) + 1 || 99) - stationsOf(name) * 100;
    state.property = [...names].sort((a, b) => rank(a) - rank(b))[0] ?? null;
  }
  const options = names.map((name) => make("option", { value: name, selected: name === state.property }, capital(pick(properties[name]?.label) || name)));
  options.sort((a, b) => a.textContent.localeCompare(b.textContent, language));
  at("property").replaceChildren(...options);
  at("property").value = state.property ?? "";
}

function showPage() {
  showStatus();
  at("ranges").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.range === state.range)));
  if (!state.catalogue) return;
  const { stations } = state.catalogue;
  const simulated = stations.filter((station) => station.simulated).length;
  at("simulated").hidden = simulated === 0;
  at("simulated").textContent = t(simulated === stations.length ? "notice.simulated" : "notice.simulatedSome");
  showStations(at("station-list"), { ...state.catalogue, latest: state.latest, now: now(), chosen: state.property }, setProperty);
  showAlerts(at("alert-list"), state.alerts);
}

function showStatus() {
  const status = at("status");
  let [word, text] = ["connecting", t("status.connecting")];
  const newest = Math.max(...[...state.latest.values()].map((o) => Date.parse(o.receivedTime)));
  if (state.failing) {
    [word, text] = ["unreachable", state.heard ? t("status.unreachable", { time: clock(state.heard, { seconds: true }) }) : t("status.connecting")];
  } else if (state.heard) {
    const shortest = Math.min(...(state.catalogue?.datastreams ?? []).map(latestAllowed), 3_600_000);
    const quiet = now() - newest > shortest;
    [word, text] = state.latest.size === 0 ? ["quiet", t("status.empty")] : quiet ? ["quiet", t("status.quiet", { age: age(now() - newest) })] : ["live", `${t("status.live")} · ${clock(now(), { seconds: true, day: false })}`];
  }
  status.dataset.state = word;
  if (at("status-text").textContent !== text) at("status-text").textContent = text;
  document.body.classList.toggle("unreachable", state.failing);
  at("unreachable").hidden = !(state.failing && state.heard);
  if (state.failing && state.heard) at("unreachable").textContent = t("status.unreachableNotice", { time: clock(state.heard, { seconds: true }) });
}

async function refreshChart() {
  const own = state.catalogue?.datastreams.filter((d) => d.observedProperty === state.property) ?? [];
  if (!own.length) {
    at("plot").replaceChildren(make("p", { class: "empty" }, t("chart.empty")));
    return;
  }
  const turn = ++state.turn;
  const range = ranges[state.range];
  const to = now();
  const query = new URLSearchParams(own.map((d) => ["datastream", d.id]));
  query.set("from", new Date(to - range.span).toISOString());
  query.set("to", new Date(to).toISOString());
  if (range.aggregate) query.set("aggregate", range.aggregate);
  query.set("limit", "50000");
  const address = `api/observations?${query}`;
  try {
    const answer = await ask(address);
    if (turn !== state.turn) return;
    state.chart = { answer, from: Date.parse(answer.from), to: Date.parse(answer.to), property: state.property, aggregate: range.aggregate };
    at("download").href = `${address}&format=csv`;
    showChart();
    await refreshComparability(own);
  } catch (failure) {
    if (turn === state.turn && !state.chart) at("plot").replaceChildren(make("p", { class: "empty" }, t("chart.failed", { reason: failure.message })));
  }
}

function showChart() {
  if (!state.chart) return;
  const { answer, property: name, aggregate } = state.chart;
  const { stations, datastreams, properties } = state.catalogue;
  const property = properties[name];
  const series = answer.datastreams.map((group) => {
    const datastream = datastreams.find((d) => d.id === group.datastream);
    const index = stations.findIndex((s) => s.owner === datastream.owner && s.station === datastream.station);
    const points = group.observations.map((o) => ({
      begin: Date.parse(o.phenomenonTimeBegin), end: Date.parse(o.phenomenonTimeEnd), value: aggregate ? o.mean : o.result, flag: o.quality,
      ...(aggregate && { minimum: o.minimum, maximum: o.maximum, capture: o.dataCapture }),
    }));
    const interval = durationOf(datastream.interval);
    const own = datastreams.filter((d) => d.observedProperty === name && d.station === datastream.station && d.owner === datastream.owner).length > 1;
    return { id: group.datastream, label: pick(stations[index]?.name) + (own ? ` ${datastream.sensor}` : ""), note: stations[index]?.owner, index: Math.max(0, index), points, gap: aggregate ? 0 : Math.max(2.5 * (interval ?? 600_000), 5_000) };
  });
  const model = {
    series, bands: bandsOf(name, series), from: state.chart.from, to: state.chart.to, decimals: property?.decimals ?? 2,
    unit: unitOf(datastreams.find((d) => d.observedProperty === name), property), label: capital(pick(property?.label) || name),
  };
  drawLegend(at("legend"), model);
  drawChart(at("plot"), model);
  if (aggregate) at("legend").append(make("li", {}, t("chart.hourly")));
  showTable(model);
}

// What stands between the series that are shown together: asked once for each property and set of datastreams.
async function refreshComparability(own) {
  const key = own.map((d) => d.id).join();
  if (state.compared?.key === key) return;
  state.compared = { key, pairs: own.length < 2 ? [] : (await ask(`api/comparability?${new URLSearchParams({ observedProperty: own[0].observedProperty })}`)).pairs };
  showComparability();
}

function showComparability() {
  const pairs = state.compared?.pairs ?? [];
  at("comparability").hidden = pairs.length === 0;
  at("comparability-pairs").replaceChildren(...pairs.flatMap((pair) => [
    make("p", {}, t("comparability.pair", {
      a: `${pick(pair.a.stationName)} (${pair.a.owner})`, b: `${pick(pair.b.stationName)} (${pair.b.owner})`, km: number(pair.distanceKilometres, 1), verdict: t(`comparability.${pair.verdict}`),
    })),
    make("ul", {}, ...pair.reasons.filter((reason) => reason.verdict !== "comparable").map((reason) => make("li", {}, pick(reason.text)))),
  ]));
}

// The bands of the rules for this property as canonical values; stations with the same surface level share one.
function bandsOf(name, series) {
  const bands = new Map();
  for (const rule of state.alerts.rules ?? []) {
    if (rule.band?.observedProperty !== name) continue;
    for (const { id } of series) {
      if (!rule.datastreams.includes(id)) continue;
      const [owner, station] = id.split("/");
      const surface = state.catalogue.stations.find((s) => s.owner === owner && s.station === station)?.surfaceLevel?.value;
      const { canonicalLower: low, canonicalUpper: high, of } = rule.band;
      if (of === "depth_below_surface" && surface === undefined) continue;
      const band = of === "depth_below_surface" ? { lower: high === null ? null : surface - high, upper: low === null ? null : surface - low } : { lower: low, upper: high };
      const label = t(`chart.legend.${of}`, { band: limits(rule.band), unit: rule.band.unit });
      bands.set(`${rule.name} ${band.lower} ${band.upper}`, { ...band, label });
    }
  }
  return [...bands.values()];
}

const limits = ({ lower, upper }) => (lower === null ? `≤ ${shortest(upper)}` : upper === null ? `≥ ${shortest(lower)}` : `${shortest(lower)}–${shortest(upper)}`);
const shortest = (value) => number(value, Math.min(3, String(value).split(".")[1]?.length ?? 0));

// The newest values once more, for those who read rather than look.
function showTable(model) {
  if (!at("chart-table").open) return;
  const times = [...new Set(model.series.flatMap((s) => s.points.map((p) => p.end)))].sort((a, b) => b - a).slice(0, 40);
  const head = make("tr", {}, make("th", { scope: "col" }, t("chart.table.time")), ...model.series.map((s) => make("th", { scope: "col" }, `${s.label} (${model.unit})`)));
  const rows = times.map((time) => make("tr", {}, make("th", { scope: "row" }, timeElement(new Date(time).toISOString(), clock(time, { seconds: true }))),
    ...model.series.map((s) => {
      const point = s.points.find((p) => p.end === time);
      return make("td", {}, !point ? "–" : point.value === null ? t("quality.9") : number(point.value, model.decimals) + (usable(point) && point.flag !== 3 ? "" : ` (${t(`quality.${point.flag}`)})`));
    })));
  at("chart-rows").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function setProperty(name) {
  state.property = name;
  choose("property", name);
  at("property").value = name;
  state.chart = null;
  showPage();
  round("chart");
}

// Asks, waits, asks again; each on its own clock, none while the page is hidden.
const rounds = {
  catalogue: { work: refreshCatalogue, wait: () => every.catalogue },
  values: { work: refreshValues, wait: () => every.values },
  chart: { work: refreshChart, wait: () => ranges[state.range].refresh },
};

async function round(name) {
  const own = rounds[name];
  const turn = own.turn = (own.turn ?? 0) + 1;      // a round that was started anew meanwhile leaves the next one to its successor
  clearTimeout(own.timer);
  if (!document.hidden) await work(name, own);
  if (own.turn === turn) own.timer = setTimeout(round, own.wait(), name);
}

async function work(name, own) {
  try {
    await own.work();
    if (name !== "chart") [state.failing, state.heard] = [false, Date.now()];
  } catch (failure) {
    console.warn(failure);
    state.failing ||= name !== "chart";
  }
  showPage();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

async function setLanguage(code) {
  await useLanguage(code);
  if (state.catalogue) chooseProperty();
  showPage();
  showChart();
  showComparability();
}

function listen() {
  for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => { remember("language", button.dataset.language); choose("lang", button.dataset.language); setLanguage(button.dataset.language); });
  for (const button of document.querySelectorAll("[data-range]")) button.addEventListener("click", () => { state.range = button.dataset.range; choose("range", state.range); state.chart = null; showPage(); round("chart"); });
  at("property").addEventListener("change", (event) => setProperty(event.target.value));
  at("theme").addEventListener("click", () => { const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark"; remember("theme", next); setTheme(next); });
  at("chart-table").addEventListener("toggle", showChart);
  new ResizeObserver(showChart).observe(at("plot"));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => { if (!remembered("theme")) setTheme(dark.matches ? "dark" : "light"); });
  setTheme(remembered("theme") ?? (dark.matches ? "dark" : "light"));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) Object.keys(rounds).forEach(round); });
  setInterval(showStatus, 1_000);
}

listen();
await setLanguage(preferredLanguage());
await round("catalogue");
await Promise.all([round("values"), round("chart")]);
