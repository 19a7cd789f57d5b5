// The two sides: one card per station with its latest values.

import { age, around, capital, clock, duration, durationOf, language, make, number, pick, t, timeElement, utc } from "./texts.js";

/** Fills the list. model: {stations, datastreams, properties, latest (by datastream id), now, chosen}. */
export function showStations(list, model, choose) {
  const focused = document.activeElement?.dataset?.pick;
  const cards = model.stations.map((station, index) => card(station, index, model, choose));
  list.replaceChildren(...(cards.length ? cards : [make("p", { class: "calm" }, t("stations.none"))]));
  if (focused) list.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
}

function card(station, index, model, choose) {
  const own = model.datastreams.filter((d) => d.owner === station.owner && d.station === station.station);
  const facts = [t("station.owner", { owner: station.owner })];
  if (station.surfaceLevel) {
    const { value, unit, datum, native } = station.surfaceLevel;
    const levelled = native ? ` (${number(native.value, 2)} ${unit} ${native.datum})` : "";
    facts.push(t("station.surface", { value: number(value, 2), unit, datum }) + levelled);
  }
  if (station.location) facts.push(`${number(station.location.latitude, 3)}° N ${number(station.location.longitude, 3)}° E`);
  const rows = own.map((datastream) => row(datastream, station, model, choose));
  return make("article", { class: `card station series-${index % 4}`, "aria-label": pick(station.name) },
    make("header", {},
      make("h3", { title: pick(station.description) }, pick(station.name)),
      station.simulated ? make("span", { class: "tag" }, t("station.simulated")) : null,
      station.gateway?.state === "offline" ? make("span", { class: "tag off" }, ...around(t("station.offline"), { time: timeElement(station.gateway.since) })) : null,
      make("p", { class: "facts" }, facts.map((fact) => fact.replaceAll(" ", "\u00a0")).join(" · "))),
    rows.length ? make("table", { class: "values" }, heading(), make("tbody", {}, ...rows)) : make("p", { class: "calm" }, t("station.noDatastreams")));
}

function heading() {
  const cell = (key) => make("th", { scope: "col" }, make("span", { class: "visually-hidden" }, t(key)));
  return make("thead", {}, make("tr", {}, cell("column.property"), cell("column.value"), cell("column.age")));
}

function row(datastream, station, model, choose) {
  const property = model.properties[datastream.observedProperty];
  const observation = model.latest.get(datastream.id);
  const button = make("button", { type: "button", class: "pick", "data-pick": datastream.id, title: datastream.id }, capital(pick(datastream.name) || pick(property?.label)));
  button.addEventListener("click", () => choose(datastream.observedProperty));
  return make("tr", { class: datastream.observedProperty === model.chosen ? "chosen" : null },
    make("th", { scope: "row" }, button, ...notes(datastream, station, observation)),
    make("td", { class: "value" }, ...value(datastream, property, observation)),
    make("td", { class: "age" }, ...ageOf(datastream, observation, model.now)));
}

function value(datastream, property, observation) {
  if (!observation) return [make("span", { class: "unit" }, t("value.never"))];
  const flag = observation.quality === 1 ? null : make("span", { class: `flag flag-${observation.quality}`, title: observation.qualityTests ? t("quality.tests", { tests: observation.qualityTests.replaceAll(",", ", ") }) : null }, t(`quality.${observation.quality}`));
  if (observation.result === null) return [make("span", { class: "unit" }, t("station.noValue")), flag];
  return [make("span", { class: "reading" }, make("span", { class: "number" }, number(observation.result, property?.decimals ?? 2)), " ", make("span", { class: "unit" }, unitOf(datastream, property))), flag];
}

// What a reader needs to understand the value: how deep the groundwater stands, over which time a mean is.
function notes(datastream, station, observation) {
  const parts = [];
  if (datastream.announced === false) parts.push(make("small", {}, t("value.withdrawn")));
  if (!observation || observation.result === null) return parts;
  if (observation.hubQuality === 3) parts.push(make("small", { class: "flag flag-3" }, t("value.unlikeNeighbour")));
  if (datastream.observedProperty === "groundwater_level" && station.surfaceLevel) {
    const depth = (station.surfaceLevel.value - observation.result) * 100;
    parts.push(make("small", {}, t(depth < 0 ? "value.aboveSurface" : "value.depth", { value: number(Math.abs(depth), 1) })));
  }
  const begin = Date.parse(observation.phenomenonTimeBegin);
  const end = Date.parse(observation.phenomenonTimeEnd);
  if (end > begin) parts.push(make("small", { title: `${utc(begin)} – ${utc(end)}` }, `${t("value.mean", { duration: duration(end - begin) })}, ${clock(begin)}\u2060–\u2060${clock(end, { day: false })}`));
  return parts;
}

/** A level says what it is above: m NAP. */
export function unitOf(datastream, property) {
  return property?.datum && datastream.unit.symbol === "m" ? `m ${property.datum}` : datastream.unit.symbol;
}

function ageOf(datastream, observation, now) {
  if (!observation) return [];
  const old = now - Date.parse(observation.phenomenonTimeEnd);
  const late = old > latestAllowed(datastream);
  const shown = timeElement(observation.phenomenonTimeEnd, age(old));
  shown.title = `${clock(observation.phenomenonTimeEnd, { seconds: true })} (${utc(observation.phenomenonTimeEnd)})`;
  return late ? [make("span", { class: "late", lang: language }, t("value.stale")), " ", shown] : [shown];
}

/** When a value is called late: three announced intervals, and half a minute for the way; an hour when none is announced. */
export function latestAllowed(datastream) {
  const interval = durationOf(datastream.interval);
  return interval === null ? 3_600_000 : Math.max(3 * interval, 30_000);
}
