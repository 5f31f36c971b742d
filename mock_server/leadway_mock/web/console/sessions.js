// List of sessions, and their state by the mock's clock.

import { button, chip, el, visible } from "./dom.js";
import { span, t } from "./language.js";
import { isReport } from "./api.js";

export const link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

export function agentName(state, id) {
  return state.agents.find((each) => each.id === id)?.name ?? id;
}

// Return the fault that hit the newest turn of a session, or a later attempt.
export function faultOf(state, session) {
  return state.faulted.find(
    (entry) =>
      [entry.executionId, entry.requestIds?.executionId].includes(session.executionId) &&
      (entry.turn ? entry.turn === session.turns : entry.at > session.lastTurnAt),
  )?.fault;
}

export function stateChips(state, session) {
  const fault = faultOf(state, session);
  return [
    fault && chip(t("faulted"), "bad"),
    session.goalCompletion && chip(t("goal"), "good"),
    expiryChip(session),
  ];
}

function expiryChip(session) {
  if (session.expired) return chip(t("expired"), "dim");
  const node = chip("", "good");
  node.dataset.expires = Date.parse(session.expiresAt) / 1000;
  return node;
}

// Update all countdowns: `now` is the time of the mock's clock in seconds.
export function updateCountdowns(now) {
  for (const node of document.querySelectorAll("[data-expires]")) {
    const left = Number(node.dataset.expires) - now;
    node.textContent = left < 0 ? t("expired") : t("expires-in", { time: span(left) });
    node.classList.toggle("dim", left < 0);
  }
}

export function sessionList(state, selected, more) {
  const rows = state.sessions.map((session) => row(state, session, selected));
  const rest = state.sessionCount - state.sessions.length;
  return [
    el("h2", {}, t("conversations"), el("span", { class: "count" }, String(state.sessionCount))),
    !isReport() && !state.health.readOnly &&
      el("a", { class: "button", id: "new", href: link("new") }, t("new-conversation")),
    rows.length === 0 && el("p", { class: "dim" }, t("no-conversations")),
    el("ul", { class: "rows" }, rows),
    rest > 0 && button(t("show-older", { count: rest }), more),
  ];
}

function row(state, session, selected) {
  const id = session.executionId;
  const turns = t(session.turns === 1 ? "one-turn" : "turns", { count: session.turns });
  const contact = session.contactId && ` · ${visible(session.contactId)}`;
  return el("li", {},
    el("a", {
      class: "row",
      id: `s-${id}`,
      href: link("sessions", id),
      "aria-current": id === selected ? "true" : null,
    },
    el("span", { class: "name", dir: "auto" }, visible(agentName(state, session.agentId))),
    el("span", { class: "dim" }, turns),
    el("span", { class: "chips" }, stateChips(state, session)),
    el("span", { class: "dim" }, el("code", {}, id), contact)));
}
