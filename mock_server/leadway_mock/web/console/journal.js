// Every request with filters, and why it was rejected.

import { button, chip, el, labelled, options, render, textOf, visible } from "./dom.js";
import * as api from "./api.js";
import { statusKind, statusText } from "./conversation.js";
import { t, time } from "./language.js";
import { link } from "./sessions.js";

const MAX_LINE = 200;
const STATUSES = ["2xx", "4xx", "5xx"];

export const filters = { status: "", text: "", rule: "", fault: "" };

// Return the query of the filters, as `/journal/find` takes it.
export function match() {
  const found = {};
  if (filters.status) found.status = filters.status;
  if (filters.rule) found.rule = filters.rule;
  if (filters.text) found.body = filters.text;
  if (filters.fault) found.fault = true;
  return found;
}

export function filterForm(onChange) {
  const set = (name) => (event) => {
    filters[name] = event.target.value.trim();
    onChange();
  };
  return el("form", { class: "bar filters", "aria-label": t("filters"), onsubmit: (event) => event.preventDefault() },
    labelled(t("status"), el("select", { onchange: set("status") },
      options([["", t("all")], ...STATUSES.map((each) => [each])], filters.status))),
    labelled(t("rule"), el("input", { oninput: set("rule"), value: filters.rule, spellcheck: "false" })),
    labelled(t("text"), el("input", { oninput: set("text"), value: filters.text })),
    labelled(t("fault"), el("select", { onchange: set("fault") },
      options([["", t("all")], ["yes", t("only-faults")]], filters.fault))));
}

export function entryList(page, selected, more) {
  return [
    page.entries.length === 0 && el("p", { class: "dim" }, t("no-entries")),
    el("ul", { class: "rows" }, page.entries.map((entry) => row(entry, selected))),
    page.next && button(t("show-more"), more),
  ];
}

function row(entry, selected) {
  const { request, response } = entry;
  const sent = api.parse(request.body)?.message;
  const message = typeof sent === "string" && sent;
  return el("li", {},
    el("a", {
      class: "row entry",
      id: `j-${entry.number}`,
      href: link("journal", String(entry.number)),
      "aria-current": entry.number === selected ? "true" : null,
    },
    el("span", { class: "dim" }, `${entry.number} · ${time(entry.at)}`),
    el("span", { class: "chips" }, entry.fault && chip(t("fault"), "bad"),
      chip(statusText(entry), statusKind(entry))),
    el("span", { class: "mono" }, visible(`${request.method} ${request.path}`.slice(0, MAX_LINE))),
    el("span", {}, response.rule),
    message && el("span", { class: "dim", dir: "auto" }, visible(message.slice(0, MAX_LINE))),
    response.status >= 400 && response.hint && el("span", { class: "hint" }, visible(response.hint))));
}

export function conformance(report) {
  return [
    el("h2", {}, t("conformance")),
    el("p", {}, chip(t(report.passed ? "passed" : "not-passed"), report.passed ? "good" : "bad"), " ",
      t("requests-examined", { count: report.requests })),
    report.findings.map((each) => el("article", { class: "card" },
      el("h3", {}, chip(each.severity === "error" ? t("error") : t("warning"),
        each.severity === "error" ? "bad" : "warn"), ` ${each.id}`),
      el("p", {}, each.summary), el("p", {}, each.hint),
      el("ul", {}, each.occurrences.map((one) => el("li", {}, visible(one.text), " ",
        one.journalEntries.map((number) =>
          [el("a", { href: link("journal", String(number)) }, t("entry", { number })), " "])))))),
  ];
}

// Return the table of behaviours; with `chosen`, only the row of that rule.
export function behaviours(rows, chosen) {
  const body = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("behaviours") });
  const filter = el("input", { id: "filter", type: "search", value: chosen ?? "" });
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (each) => {
      const text = `${each.id} ${each.condition} ${each.response} ${each.evidence}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    render(body, words, () => table(rows.filter(fits)));
  };
  filter.addEventListener("input", show);
  show();
  return [el("h2", {}, t("behaviours")), el("p", { class: "dim" }, t("behaviours-text")),
    labelled(t("filter"), filter), body];
}

// Return a text with the parts between backticks as code.
const marked = (text) => text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));

function table(rows) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ["rule", "condition", "response", "evidence", "settings"].map((each) =>
      el("th", { scope: "col" }, t(each))))),
    el("tbody", {}, rows.map((each) => el("tr", {},
      el("td", {}, el("code", {}, each.id)),
      el("td", {}, marked(each.condition)), el("td", {}, each.status, " ", marked(each.response)),
      el("td", {}, chip(each.evidence, `evidence ${each.evidence}`), " ", el("small", {}, marked(each.source))),
      el("td", {}, each.settings.join(", "))))));
}

export const loadPage = (limit) => api.find(match(), { limit });
