// What a request and its response are made of: rule, evidence, near misses, fault, curl.

import { attempt, button, chip, code, el, labelled, textOf, visible } from "./dom.js";
import * as api from "./api.js";
import { openDialog, statusKind, statusText } from "./conversation.js";
import { t, time } from "./language.js";
import { link } from "./sessions.js";

const pretty = (value) => {
  const parsed = typeof value === "string" ? api.parse(value) : value;
  return parsed === null || typeof parsed !== "object" ? String(value) : JSON.stringify(parsed, null, 2);
};

const fact = (name, value) => value && [el("dt", {}, name), el("dd", { dir: "auto" }, value)];

const part = (title, ...content) => el("section", {}, el("h3", {}, title), content);

const fullPath = (request) =>
  encodeURI(request.path) + (request.query ? `?${request.query}` : "");

// Return the detail of an entry of the journal. `actions` has what can be done with the turn.
export function exchange(entry, turn, actions, isJournal) {
  if (!entry) return [title(turn, null, isJournal), el("p", { class: "dim" }, t("not-in-journal"))];
  const { request, response, fault } = entry;
  return [
    title(turn, entry, isJournal),
    el("p", { class: "chips" },
      chip(statusText(entry), statusKind(entry)),
      chip(response.evidence, `evidence ${response.evidence}`),
      fault && chip(t("fault"), "bad")),
    actions && el("div", { class: "bar" },
      button(t("repeat"), attempt(() => actions.repeat(entry)), "primary"),
      button(t("edit-repeat"), () => editDialog(entry, actions)),
      turn && button(t("fork"), attempt(() => actions.fork(turn.turn)))),
    el("dl", {},
      fact(t("rule"), el("a", { href: link("behaviours", response.rule) }, response.rule)),
      fact(t("hint"), response.hint && visible(response.hint)),
      fact(t("time"), `${time(entry.at)} UTC`),
      fact(t("duration"), `${entry.durationMs} ms`),
      fact(t("delay"), response.delay && `${response.delay} s`),
      fact(t("fault"), fault && faultText(fault)),
      fact(t("dialogue"), entry.dialogue && dialogueText(entry.dialogue)),
      fact(t("session-error"), entry.sessionError),
      fact(t("repeated"), entry.repeated && t("yes"))),
    response.violations.length > 0 && part(t("violations"), list(response.violations)),
    entry.unusedInput && part(t("unused-input"), list(entry.unusedInput)),
    entry.nearMisses && part(t("near-misses"), entry.nearMisses.map(nearMiss)),
    part(t("request"),
      textOf("p", `${request.method} ${request.path}${request.query && `?${request.query}`}`, { class: "mono" }),
      headers(request.headers),
      request.body && code(pretty(request.body), t("request"))),
    part(t("response"), code(pretty(response.body), t("response"))),
    part(t("curl-command"),
      code(api.curl(request.method, fullPath(request), request.headers.version, request.body), t("curl-command"))),
  ];
}

// In the journal, an entry leads to its turn; elsewhere, a turn leads to its entry.
function title(turn, entry, isJournal) {
  const name = entry && t("entry", { number: entry.number });
  const turnName = (number) => t("turn", { number });
  if (isJournal) {
    const place = entry?.turn && ["sessions", entry.executionId, "turns", String(entry.turn)];
    const other = place && el("a", { href: link(...place) }, turnName(entry.turn));
    return el("div", { class: "head" }, el("h2", {}, name ?? t("request")), other);
  }
  const other = entry && el("a", { href: link("journal", String(entry.number)) }, name);
  return el("div", { class: "head" },
    el("h2", {}, turn ? turnName(turn.turn) : t("failed-attempt")), other);
}

function faultText(fault) {
  const processed = t(fault.committed ? "processed" : "not-processed");
  return `${fault.id ?? fault.kind}: ${fault.label || fault.kind} · ${processed}`;
}

function dialogueText(dialogue) {
  if (typeof dialogue === "string") return visible(dialogue);
  const place = dialogue.line ? `, ${dialogue.file || ""}:${dialogue.line}` : "";
  const where = dialogue.turn === null ? t("after-turn", { number: dialogue.after })
    : t("turn", { number: dialogue.turn });
  return visible(`${dialogue.name ?? "—"}, ${where}${place}`);
}

const list = (problems) => el("ul", {}, problems.map((each) => el("li", {},
  each.pointer && el("code", {}, visible(each.pointer)), " ",
  visible([each.message, each.name, each.hint].filter(Boolean).join(" — ")))));

function nearMiss(miss) {
  const cell = (text) => textOf("td", text ?? "");
  return el("div", { class: "miss" },
    el("p", {}, visible(`${miss.dialogue}, ${t("turn", { number: miss.turn })} · ${Math.round(miss.closeness * 100)} %`)),
    el("table", {},
      el("thead", {}, el("tr", {}, ["part", "expected", "received"].map((each) =>
        el("th", { scope: "col" }, t(each))))),
      el("tbody", {}, miss.comparisons.map((each) => el("tr", { class: each.matches ? "" : "differs" },
        cell(each.part), cell(each.expected), cell(each.found))))),
    el("p", {}, visible(miss.hint)));
}

function headers(all) {
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return el("details", {}, el("summary", {}, t("headers", { count: lines.length })),
    textOf("pre", lines.join("\n"), { tabindex: "0", "aria-label": t("headers", { count: lines.length }) }));
}

function editDialog(entry, actions) {
  const body = el("textarea", { rows: "12", class: "mono", spellcheck: "false" });
  body.value = pretty(entry.request.body);
  const send = button(t("send"), attempt(async () => {
    await actions.repeat(entry, body.value);
    dialog.close();
  }), "primary");
  const dialog = openDialog(t("edit-repeat"), labelled(t("request"), body), el("div", { class: "bar" }, send));
  body.focus();
}

// Send the request of an entry again, with another body if one is given.
export async function repeat(entry, body) {
  const { method, headers: sent } = entry.request;
  return api.send(fullPath(entry.request), sent.version, body ?? entry.request.body, method);
}
