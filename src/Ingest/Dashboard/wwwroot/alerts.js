// What is the matter now, in words that the service has already put together in both languages.

import { around, make, pick, t, timeElement } from "./texts.js";

const order = { critical: 0, warning: 1, information: 2 };

export function showAlerts(list, answer) {
  const current = answer.alerts
    .filter((alert) => alert.phase === "firing" || alert.phase === "pending")
    .sort((a, b) => (a.phase === b.phase ? order[a.severity] - order[b.severity] : a.phase === "firing" ? -1 : 1) || a.since.localeCompare(b.since));
  const resolved = answer.alerts.filter((alert) => alert.phase === "resolved");
  const open = list.querySelector("details")?.open;
  const items = current.map(show);
  if (!current.some((alert) => alert.phase === "firing")) {
    items.unshift(make("p", { class: "calm" }, make("span", { class: "dot", "aria-hidden": "true" }), t("alerts.none")));
  }
  for (const problem of answer.problems ?? []) {
    items.push(make("p", { class: "calm" }, t("alerts.problem", { rule: problem.rule, datastream: problem.datastream })));
  }
  if (resolved.length) items.push(past(resolved, open));
  list.replaceChildren(...items);
}

function show(alert) {
  const pending = alert.phase === "pending";
  return make("article", { class: `alert ${alert.severity}${pending ? " pending" : ""}` },
    make("span", { class: "mark" }, mark(alert.severity)),
    make("p", {}, make("b", {}, pick(alert.title)), pending ? ` (${t("alerts.pending")})` : ""),
    make("p", { class: "when" }, ...around(t("alerts.since"), { time: timeElement(alert.since) })),
    make("p", { class: "what" }, pick(alert.text)));
}

function past(resolved, open) {
  const items = resolved.map((alert) => make("li", {},
    ...around(t("alerts.until"), { from: timeElement(alert.since), to: timeElement(alert.resolvedAt) }), ": ", pick(alert.text)));
  return make("details", { open }, make("summary", {}, t("alerts.resolved", { count: String(resolved.length) })), make("ul", {}, ...items));
}

// A triangle, an octagon and a circle: the shape says what the colour says.
function mark(severity) {
  const shapes = { warning: "M12 3 22.5 21h-21z", critical: "M8 2h8l6 6v8l-6 6H8l-6-6V8z", information: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z" };
  const svg = make("svg", { viewBox: "0 0 24 24", role: "img", "aria-label": t(`severity.${severity}`) });
  svg.append(
    make("path", { d: shapes[severity], fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linejoin": "round" }),
    make("path", { d: "M12 9v5M12 17.4v.2", stroke: "currentColor", "stroke-width": "2.2", "stroke-linecap": "round" }));
  return svg;
}
