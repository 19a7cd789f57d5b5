// Words, numbers and times in the language of the reader.

let words = {};
export let language = document.documentElement.lang === "nl" ? "nl" : "en";

/** The language that was chosen on this page before, else the one the server picked from Accept-Language. */
export function preferredLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered("language");
  return asked === "nl" || asked === "en" ? asked : language;
}

export async function useLanguage(code) {
  const answer = await fetch(`i18n/${code}.json`);
  if (!answer.ok) throw new Error(`i18n/${code}.json: ${answer.status}`);
  words = await answer.json();
  language = code;
  document.documentElement.lang = code;
  document.title = t("page.title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  for (const button of document.querySelectorAll("[data-range]")) button.textContent = t(`chart.range.${button.dataset.range}`);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === code));
}

/** The text of a key, with {names} filled in; a key without a text shows itself. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** One of the two languages of a text that came from a station or a rule. */
export const pick = (text) => text?.[language] || text?.en || text?.nl || "";

export function number(value, decimals) {
  return new Intl.NumberFormat(language === "nl" ? "nl-NL" : "en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
}

const locale = () => (language === "nl" ? "nl-NL" : "en-GB");

/** Time of day; with the date when it isn't today. */
export function clock(time, { seconds = false, day = null } = {}) {
  const at = new Date(time);
  const withDay = day ?? at.toDateString() !== new Date().toDateString();
  return new Intl.DateTimeFormat(locale(), {
    hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), ...(withDay && { day: "numeric", month: "short" }),
  }).format(at);
}

export const dayName = (time) => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(new Date(time));

/** 2026-11-21 10:00:00 UTC: what a hover shows. */
export const utc = (time) => `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;

export function age(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 3) return t("age.now");
  if (seconds < 100) return t("age.seconds", { n: seconds });
  if (seconds < 5400) return t("age.minutes", { n: Math.round(seconds / 60) });
  if (seconds < 129600) return t("age.hours", { n: Math.round(seconds / 3600) });
  return t("age.days", { n: Math.round(seconds / 86400) });
}

/** A length of time in the largest unit that divides it. */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds % 3600 === 0) return t("age.hours", { n: seconds / 3600 });
  return seconds % 60 === 0 ? t("age.minutes", { n: seconds / 60 }) : t("age.seconds", { n: seconds });
}

/** A text whose {names} are elements. */
export const around = (text, elements) => text.split(/(\{\w+\})/).map((part) => elements[part.slice(1, -1)] ?? part);

export const capital = (text) => text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);

/** Milliseconds of PT1H30M10S; null for null. */
export function durationOf(iso) {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(iso ?? "");
  return parts ? ((+(parts[1] ?? 0) * 60 + +(parts[2] ?? 0)) * 60 + +(parts[3] ?? 0)) * 1000 : null;
}

/** A time element: local to the reader, UTC on hover. */
export function timeElement(time, text) {
  return make("time", { datetime: time, title: utc(time) }, text ?? clock(time));
}

/** An element with attributes and children; text is never parsed as HTML. */
export function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "line", "rect", "text", "g", "circle", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function remembered(key) {
  try { return localStorage.getItem(`meetnet.${key}`); } catch { return null; }
}

export function remember(key, value) {
  try { localStorage.setItem(`meetnet.${key}`, value); } catch { /* private window: the choice lasts as long as the page */ }
}
