// The console: state, routes, keyboard, and what is shown where.

import * as api from "./api.js";
import * as talk from "./conversation.js";
import { controls } from "./controls.js";
import { byId, el, options, render, toast } from "./dom.js";
import { exchange, repeat } from "./exchange.js";
import { behaviours, conformance, entryList, filterForm, loadPage } from "./journal.js";
import { currentLanguage, LANGUAGES, loadLanguage, saveSetting, t } from "./language.js";
import { watch } from "./live.js";
import { respondFrom } from "./report.js";
import { readRoute, TABS } from "./routes.js";
import { link, sessionList, updateCountdowns } from "./sessions.js";

const PAGE = 100;
const TURNS = 200;
const MIN_REFRESH_MS = 300;
const RETRY_MS = 1000;

const limits = { sessions: PAGE, journal: PAGE, turns: TURNS };
const state = { health: null, agents: [], clock: null, sessions: [], sessionCount: 0, faulted: [] };
let found = null;
let shownPlace = {};
let notify = () => {};

const route = () => readRoute(location.hash);

function level(place) {
  if (place.tab === "journal") return place.number ? 3 : 2;
  if (place.tab !== "sessions") return 2;
  if (place.number) return 3;
  return place.id || place.isNew || state.sessions.length === 0 ? 2 : 1;
}

async function loadSession(id) {
  const path = `/sessions/${encodeURIComponent(id)}`;
  const session = await api.control("GET", `${path}?limit=1`);
  const after = Math.max(0, session.turns - limits.turns);
  const [page, entries] = await Promise.all([
    api.control("GET", `${path}?after=${after}&limit=1000`),
    api.find({ session: id }, { limit: 1000 }),
  ]);
  const recent = entries.entries.reverse().filter((each) => !each.turn || each.turn > after);
  const items = talk.timeline(page.transcript, recent);
  return { session: { ...page, transcript: null }, items, entries: recent, earlier: after };
}

async function load() {
  const [clock, page, faulted] = await Promise.all([
    api.control("GET", "/clock"),
    api.control("GET", `/sessions?order=newest&limit=${limits.sessions}`),
    api.find({ fault: true }, { limit: PAGE }),
  ]);
  state.clock = { ...clock, at: performance.now() };
  Object.assign(state, { sessions: page.sessions, sessionCount: page.count, faulted: faulted.entries });
}

// Agents of the mock, those that clients created, and those that exist since a dialogue names them.
async function loadAgents() {
  state.health = await api.control("GET", "/health");
  state.agents = state.health.agents;
  if (!canWrite()) return;
  const [created, dialogues] = await Promise.all(
    ["/agents", "/dialogues"].map((path) => api.control("GET", path)));
  const named = dialogues.dialogues.flatMap((each) => each.agents).map((id) => ({ id, name: id }));
  const usual = { status: "active", published: true, managed: false };
  for (const { location: locationId, ...each } of [...created.agents, ...named]) {
    const isKnown = state.agents.some((other) => other.id === each.id);
    if (!isKnown) state.agents.push({ ...usual, locationId, ...each });
  }
}

const now = () =>
  state.clock.seconds + (state.clock.frozen ? 0 : (performance.now() - state.clock.at) / 1000);

function tick() {
  if (!state.clock) return;
  const text = new Date(now() * 1000).toISOString().slice(0, 19).replace("T", " ");
  const mark = state.clock.frozen ? ` · ${t("frozen")}` : "";
  for (const node of [byId("clock"), ...document.querySelectorAll("[data-clock]")]) {
    node.textContent = `${text} UTC${mark}`;
  }
  updateCountdowns(now());
}

// What is shown

const SHOW = {
  sessions: showSessions,
  journal: showJournal,
  async conformance() {
    const report = await api.control("GET", "/conformance");
    render(byId("view"), ["conformance", report], () => conformance(report));
  },
  async behaviours(place) {
    const list = await api.control("GET", "/behaviours");
    render(byId("view"), ["behaviours", place.rule], () => behaviours(list.behaviours, place.rule));
  },
  async controls() {
    const [faults, settings] = await Promise.all(
      ["/faults", "/settings"].map((path) => api.control("GET", path)));
    const data = { clock: { frozen: state.clock.frozen }, faults: faults.faults, settings };
    render(byId("view"), ["controls", data], () => controls(data, refresh));
  },
};

async function showSessions(place) {
  const chosen = [state.sessions, state.sessionCount, place.id, state.faulted.length];
  render(byId("list"), chosen, () => sessionList(state, place.id, () => grow("sessions")));
  found = place.id ? await loadSession(place.id) : null;
  if (!found) await loadAgents();
  if (canWrite()) showComposer();
  const view = byId("view");
  const wasAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  const isOther = place.id !== shownPlace.id;
  const isChanged = render(view, ["sessions", found, place.kind, place.number, state.faulted.length, found ? 0 : state.agents],
    () => (found ? talk.conversation(state, found, place, actions) : start()));
  if (place.number !== shownPlace.number && place.number) {
    byId(turnId(place))?.closest("li").scrollIntoView({ block: "nearest" });
  } else if (isChanged && found && (wasAtEnd || isOther)) {
    view.scrollTop = view.scrollHeight;
  }
  shownPlace = place;
  showExchange(place);
}

const turnId = (place) => `${place.kind === "turns" ? "t" : "e"}-${place.number}`;

function start() {
  return api.isReport() ? el("p", { class: "dim" }, t("choose")) : talk.quickStart(state);
}

const canWrite = () => !state.health.readOnly && !api.isReport();

// The message box stays in the page, so that updates never touch a text being typed.
function showComposer() {
  if (!byId("box")) byId("composer").append(talk.messageBox(onSent));
  talk.updateAgents(state);
  byId("box").dataset.continues = String(found !== null);
  if (found && byId("message").value === talk.SUGGESTED) byId("message").value = "";
  const shown = found?.session.executionId ?? "";
  if (byId("box").dataset.session !== shown) byId("result").textContent = "";
  byId("box").dataset.session = shown;
}

async function onSent(fields) {
  const inSession = found;
  const id = await talk.sendMessage(state, inSession, fields);
  notify("change");
  if (id && !inSession) location.hash = link("sessions", id);
  else await refresh();
  byId("view").scrollTop = byId("view").scrollHeight;
  byId("message").focus();
}

function showExchange(place) {
  const item = found?.items.find(({ turn, entry }) =>
    place.kind === "turns" ? turn?.turn === place.number : !turn && entry?.number === place.number);
  const does = canWrite() ? actions : null;
  showDetail(["turn", item, place.number], () =>
    item ? exchange(item.entry, item.turn, does) : el("p", { class: "dim" }, t("choose-turn")));
}

function showDetail(key, build) {
  if (render(byId("detail"), key, build)) byId("detail").scrollTop = 0;
}

async function showJournal(place) {
  const [page, entry] = await Promise.all([
    loadPage(limits.journal), place.number ? api.entry(place.number) : null,
  ]);
  const list = () => el("div", { id: "entries" });
  render(byId("view"), "journal", () => [el("h2", {}, t("journal")), filterForm(refresh), list()]);
  render(byId("entries"), [page, place.number], () => entryList(page, place.number, () => grow("journal")));
  const does = canWrite() ? actions : null;
  showDetail(["entry", entry, place.number], () => place.number
    ? exchange(entry, null, does, true) : el("p", { class: "dim" }, t("choose-entry")));
}

async function grow(what) {
  limits[what] += PAGE;
  await refresh();
}

const actions = {
  async expire() {
    await api.control("POST", `/sessions/${encodeURIComponent(found.session.executionId)}/expire`);
    await onChange();
  },
  async remove() {
    if (!confirm(t("delete-sure"))) return;
    await api.control("DELETE", `/sessions/${encodeURIComponent(found.session.executionId)}`);
    location.hash = "#/";
    await onChange();
  },
  async fork(turn) {
    const path = `/sessions/${encodeURIComponent(found.session.executionId)}/fork`;
    const fork = await api.control("POST", path, { turn });
    toast(t("forked", { turn }));
    location.hash = link("sessions", fork.executionId);
    await onChange();
  },
  async repeat(entry, body) {
    const reply = await repeat(entry, body);
    toast(reply.ok ? t("repeated-ok") : api.failure(reply));
    const id = reply.body?.executionId ?? reply.body?.sessionId;
    if (id) location.hash = link("sessions", id);
    await onChange();
  },
  async showAll() {
    limits.turns = Infinity;
    await refresh();
  },
};

async function onChange() {
  notify("change");
  await refresh();
}

// Refreshing: one at a time, and one more if something changed meanwhile

let running = null;
let isDue = false;

function refresh() {
  isDue = true;
  running ??= (async () => {
    try {
      while (isDue) {
        isDue = false;
        await show();
      }
    } finally {
      running = null;
    }
  })();
  return running;
}

async function show() {
  const place = route();
  try {
    await load();
    // What is hidden cannot be scrolled, so the panes come before their content.
    const isOther = byId("main").dataset.tab !== place.tab;
    Object.assign(byId("main").dataset, { tab: place.tab, level: level(place) });
    byId("composer").hidden = place.tab !== "sessions" || !canWrite();
    if (isOther) {
      byId("view").scrollTop = 0;
      shownPlace = {};
    }
    showFrame(place);
    await SHOW[place.tab](place);
  } catch (error) {
    if (error.status !== 404) return error.status === undefined ? undefined : toast(error.message);
    // Another tab or a reset has removed what was shown.
    toast(error.message);
    location.hash = "#/";
  }
  tick();
  return undefined;
}

function showFrame(place) {
  const isHidden = (tab) => tab === "controls" && !canWrite();
  render(byId("tabs"), [place.tab, currentLanguage()], () => TABS.filter((tab) => !isHidden(tab)).map((tab) =>
    el("a", { href: link(tab), "aria-current": tab === place.tab ? "page" : null }, t(`tab-${tab}`))));
}

function showConnection(isDown) {
  byId("banner").hidden = !isDown;
  byId("banner").textContent = isDown ? t("down") : "";
  byId("status").textContent = api.isReport() ? t("report")
    : isDown ? t("disconnected") : t(state.health?.readOnly ? "live-read-only" : "live");
  byId("status").className = isDown ? "bad" : "good";
}

let timer = null;

function onEvent(event) {
  if (event === "down") return showConnection(true);
  if (event === "up") {
    toast(t("up"));
    loadAgents().then(refresh);
  }
  showConnection(false);
  timer ??= setTimeout(() => {
    timer = null;
    refresh();
  }, MIN_REFRESH_MS);
  return undefined;
}

// Keyboard: j and k move, Enter opens the link that has the focus, Escape returns

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return goBack();
  if (event.target.closest("input, textarea, select")) return undefined;
  if (event.key === "j") return move(1);
  if (event.key === "k") return move(-1);
  return undefined;
}

function move(step) {
  const place = route();
  const pane = byId(place.tab === "sessions" && !place.id ? "list" : "middle");
  const active = document.activeElement;
  const inList = byId("list").contains(active) ? byId("list") : pane;
  const items = [...inList.querySelectorAll(".row, .meta > a")];
  const index = items.indexOf(active);
  const chosen = items.findIndex((each) => each.hasAttribute("aria-current"));
  const from = index >= 0 ? index : chosen >= 0 ? chosen : step > 0 ? -1 : items.length;
  items[Math.min(Math.max(from + step, 0), items.length - 1)]?.focus();
}

function goBack() {
  const place = route();
  const active = document.activeElement;
  if (active?.matches("input, textarea, select")) return active.blur();
  if (place.tab === "journal" && place.number) return go("#/journal", `j-${place.number}`);
  if (place.number) {
    return go(link("sessions", place.id), turnId(place));
  }
  if (place.id || place.isNew) return go("#/", place.id ? `s-${place.id}` : "new");
  return undefined;
}

// The focus moves at once where it can, and never away from what a later key has chosen.
async function go(hash, focus) {
  location.hash = hash;
  byId(focus)?.focus();
  const { id } = document.activeElement;
  await refresh();
  if (document.activeElement.id === id) byId(focus)?.focus();
}

// Start

function showLanguages() {
  const choice = byId("language");
  choice.setAttribute("aria-label", t("language"));
  choice.replaceChildren(...options(Object.entries(LANGUAGES), currentLanguage()));
  choice.addEventListener("change", () => {
    saveSetting("language", choice.value);
    location.reload();
  });
}

// Return what a call returns; repeat it while the mock does not respond.
async function whenUp(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error.status !== undefined) throw error;
      showConnection(true);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function begin() {
  const embedded = byId("report");
  const data = embedded && JSON.parse(embedded.textContent);
  if (data) api.useReport(respondFrom(data));
  await loadLanguage(data?.catalogues);
  showLanguages();
  byId("tabs").setAttribute("aria-label", t("views"));
  for (const [id, key] of [["list", "conversations"], ["middle", "content"], ["detail", "detail"]]) {
    byId(id).setAttribute("aria-label", t(key));
  }
  await whenUp(loadAgents);
  const namespace = api.isReport() || (await whenUp(() => api.control("GET", "/namespace")));
  showConnection(false);
  addEventListener("hashchange", () => {
    limits.turns = TURNS;
    refresh();
  });
  addEventListener("keydown", onKey);
  await refresh();
  setInterval(tick, 1000);
  if (!api.isReport()) notify = watch(namespace.name, onEvent);
}

begin().catch((error) => {
  byId("banner").hidden = false;
  byId("banner").textContent = error.message;
});
