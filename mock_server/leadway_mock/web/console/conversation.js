// A conversation as bubbles, the message box, and the files that repeat it.

import { attempt, button, byId, chip, code, copyButton, download, el } from "./dom.js";
import { labelled, options, render, textOf, toast, visible } from "./dom.js";
import * as api from "./api.js";
import { t } from "./language.js";
import { agentName, link, stateChips } from "./sessions.js";

const FORMATS = ["dialogue", "pytest", "vitest", "curl"];
export const SUGGESTED = "How can you help me?";

// Faults of the message box: what is armed for the next message.
const BREAKS = {
  "break-500": { status: 500 },
  "break-429": { status: 429, retryAfter: 5 },
  // A browser repeats a request by itself if nothing at all comes back.
  "break-lost": { transport: "TRUNCATED_BODY", phase: "after-commit" },
  "break-connection": { transport: "MALFORMED_RESPONSE_CHUNK", phase: "before-commit" },
  "break-proxy": { proxyStatus: 502 },
  "break-slow": { latency: "3s" },
};

export const isManaged = (state, agent, entries = []) =>
  state.agents.some((each) => each.id === agent && each.managed) ||
  entries.some((each) => each.operationId === "executeManagedAgent");

export const statusText = (entry) =>
  entry.response.transport ? entry.response.transport : String(entry.response.status);

export const statusKind = (entry) =>
  entry.response.transport || entry.response.status >= 500 ? "bad"
    : entry.response.status >= 400 ? "warn" : "good";

// Return turns and failed attempts in order. `entries` are of the journal, oldest first.
export function timeline(transcript, entries) {
  const byTurn = new Map();
  for (const each of entries) if (each.turn && !byTurn.has(each.turn)) byTurn.set(each.turn, each);
  const items = transcript.map((turn) => ({ turn, entry: byTurn.get(turn.turn) }));
  for (const entry of entries) {
    if (entry.turn) continue;
    const later = items.findIndex((each) => each.entry && each.entry.number > entry.number);
    items.splice(later < 0 ? items.length : later, 0, { entry });
  }
  return items;
}

export function conversation(state, found, route, actions) {
  const { session, items } = found;
  const canWrite = !state.health.readOnly && !api.isReport();
  return [
    el("div", { class: "head" },
      el("div", {},
        el("div", { class: "bar" },
          el("h2", { dir: "auto" }, visible(agentName(state, session.agentId))),
          stateChips(state, session)),
        el("p", { class: "dim" }, el("code", {}, session.executionId),
          session.contactId && ` · ${visible(session.contactId)}`)),
      el("div", { class: "bar" },
        !api.isReport() && button(t("save-as"), () => saveDialog(session.executionId), "primary"),
        canWrite && button(t("expire-now"), attempt(actions.expire)),
        canWrite && button(t("delete"), attempt(actions.remove)))),
    found.earlier > 0 &&
      button(t("show-older", { count: found.earlier }), actions.showAll),
    el("ol", { class: "stream", id: "stream" }, items.map((item) => bubble(item, session, route))),
  ];
}

function bubble({ turn, entry }, session, route) {
  const id = turn ? `t-${turn.turn}` : `e-${entry.number}`;
  const place = turn ? ["turns", turn.turn] : ["entries", entry.number];
  const href = link("sessions", session.executionId, ...place.map(String));
  const sent = turn?.message ?? api.parse(entry.request.body)?.message ?? entry.request.body;
  const isOpen = route.kind === place[0] && route.number === place[1];
  const broken = entry && entry.response.transport !== "SLOW_BODY" && entry.response.transport;
  const isLost = entry && (broken || entry.response.status >= 400);
  const open = (event) => {
    if (!event.target.closest("a, button") && !String(getSelection())) location.hash = href;
  };
  return el("li", { class: isOpen ? "turn open" : "turn", onclick: open },
    textOf("p", sent, { class: turn ? "mine" : "mine lost" }),
    turn && textOf("p", turn.response, { class: isLost ? "theirs lost" : "theirs" }),
    !turn && textOf("p", errorText(entry), { class: "theirs error" }),
    turn && isLost && el("p", { class: "note" }, t("response-lost", { what: statusText(entry) })),
    el("p", { class: "meta" },
      el("a", { href, id, "aria-current": isOpen ? "true" : null },
        turn ? t("turn", { number: turn.turn }) : t("failed-attempt")),
      entry && chip(statusText(entry), statusKind(entry)),
      entry && el("span", {}, entry.response.rule),
      turn?.goalCompletion && chip(t("goal"), "good")));
}

export function errorText(entry) {
  const message = entry.response.body?.message ?? entry.response.body;
  const text = Array.isArray(message) ? message.join("; ") : message;
  return typeof text === "string" && text ? text : entry.response.hint || entry.response.rule;
}

// Return the start page for new users: a message box and a curl command.
export function quickStart(state) {
  const { id: agent = "", managed } = runnable(state)[0] ?? {};
  const body = JSON.stringify({ message: SUGGESTED, locationId: api.SAMPLE_LOCATION });
  const version = managed ? "v3" : "2021-07-28";
  const command = api.curl("POST", api.executePath(agent, managed), version, body);
  return el("div", { class: "start" },
    el("h2", {}, t("start-title")),
    el("p", {}, t("start-text")),
    el("h3", {}, t("start-terminal")),
    code(command, t("curl-command")));
}

const runnable = (state) =>
  state.agents.filter((each) => each.published && each.status === "active");

export function updateAgents(state) {
  const choice = byId("agent");
  const agents = runnable(state);
  const chosen = choice.value;
  const isChanged = render(choice, agents, () =>
    options(agents.map((each) => [each.id, `${visible(each.name)} · ${each.id}`])));
  if (isChanged && agents.some((each) => each.id === chosen)) choice.value = chosen;
  choice.onchange = () => {
    const place = agents.find((each) => each.id === choice.value)?.locationId;
    if (place) byId("location").value = place;
  };
}

export function messageBox(onSent) {
  const text = el("textarea", {
    id: "message", rows: "2", "aria-label": t("message"), placeholder: t("message"),
  });
  text.value = SUGGESTED;
  const agent = el("select", { id: "agent" });
  const place = el("input", { id: "location", value: api.SAMPLE_LOCATION, spellcheck: "false" });
  const contact = el("input", { id: "contact", spellcheck: "false" });
  const variables = el("input", { id: "variables", placeholder: '{"customerName": "Ana"}', spellcheck: "false" });
  const key = el("input", { id: "token", value: api.token(), spellcheck: "false", autocomplete: "off" });
  key.addEventListener("change", () => {
    api.setToken(key.value.trim());
    location.reload();
  });
  const fault = el("select", { id: "break", "aria-label": t("break") },
    options([["", t("break-none")], ...Object.keys(BREAKS).map((each) => [each, t(each)])], ""));
  const submit = el("button", { class: "primary", id: "send" }, t("send"));
  const result = el("p", { class: "result", id: "result", role: "status" });
  const form = el("form", { id: "box", "aria-label": t("message") },
    result, text,
    el("div", { class: "bar" }, submit, fault,
      el("details", {}, el("summary", {}, t("options")),
        el("div", { class: "fields" },
          labelled(t("agent"), agent), labelled(t("location"), place),
          labelled(t("contact"), contact), labelled(t("variables"), variables),
          labelled(t("token"), key)))));
  form.addEventListener("submit", attempt(async () => {
    submit.disabled = true;
    result.textContent = "";
    try {
      await onSent({ text, agent, place, contact, variables, fault, result });
    } finally {
      submit.disabled = false;
    }
  }));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  return form;
}

// Send the message of the box: as the next turn of `found`, or as the first of a conversation.
export async function sendMessage(state, found, fields) {
  const agent = found?.session.agentId ?? fields.agent.value;
  const managed = isManaged(state, agent, found?.entries);
  const body = { message: fields.text.value };
  body.locationId = found?.session.locationId ?? fields.place.value;
  if (found) body[managed ? "sessionId" : "executionId"] = found.session.executionId;
  if (fields.contact.value) body.contactId = fields.contact.value;
  if (fields.variables.value) {
    const variables = api.parse(fields.variables.value);
    if (variables === null) throw new Error(t("variables-invalid"));
    body[managed ? "extraVariables" : "inputVariables"] = variables;
  }
  if (fields.fault.value) {
    const only = found ? { executionId: found.session.executionId } : { agentId: agent };
    await api.control("POST", "/faults", { id: "console", ...BREAKS[fields.fault.value], ...only });
    fields.fault.value = "";
  }
  const reply = await api.send(api.executePath(agent, managed), managed ? "v3" : "2021-07-28", body);
  if (reply.ok) fields.text.value = "";
  else fields.result.textContent = visible(api.failure(reply));
  return reply.body?.executionId ?? reply.body?.sessionId ?? null;
}

function saveDialog(id) {
  const panel = el("div", { id: "file" });
  const show = async (format) => {
    const path = `/sessions/${encodeURIComponent(id)}/export?format=${format}`;
    const file = await api.control("GET", path);
    panel.replaceChildren(
      el("div", { class: "bar" },
        el("strong", {}, file.name),
        button(t("download"), () => download(file.name, file.text), "primary"),
        copyButton(file.text)),
      textOf("pre", file.text, { tabindex: "0", "aria-label": file.name }),
      el("p", {}, t(`run-${format}`)),
      code(file.command, t(`run-${format}`)));
  };
  const choices = FORMATS.map((format) => el("label", {},
    el("input", { type: "radio", name: "format", value: format, checked: format === "pytest",
      onchange: attempt(() => show(format)) }), ` ${t(`format-${format}`)}`));
  openDialog(t("save-as"), el("fieldset", { class: "bar" },
    el("legend", {}, t("save-text")), choices), panel);
  show("pytest").catch((error) => toast(error.message));
}

export function openDialog(title, ...content) {
  const close = () => dialog.close();
  const dialog = el("dialog", { "aria-label": title },
    el("div", { class: "head" }, el("h2", {}, title), button(t("close"), close)), content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
