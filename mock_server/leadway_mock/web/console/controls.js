// Controls: clock, faults, settings, reset and snapshot.

import { attempt, button, download, el, labelled, options, toast, visible } from "./dom.js";
import * as api from "./api.js";
import { t } from "./language.js";

const EFFECTS = {
  "break-500": { status: 500 },
  "break-429": { status: 429, retryAfter: 5 },
  "break-403": { rule: "scope-missing-documented" },
  "break-proxy": { proxyStatus: 502 },
  "break-lost": { transport: "TRUNCATED_BODY", phase: "after-commit" },
  "break-connection": { transport: "CONNECTION_RESET_BY_PEER", phase: "before-commit" },
  "break-hang": { transport: "HANG" },
  "break-slow": { latency: "3s" },
};

const card = (title, ...content) => el("section", { class: "card" }, el("h3", {}, title), content);

// Return the controls. `data` has clock, faults and settings; `onChange` shows the new state.
export function controls(data, onChange) {
  const call = (method, path, body) => attempt(async () => {
    await api.control(method, path, body);
    await onChange();
  });
  return [
    el("h2", {}, t("controls")),
    el("div", { class: "cards" },
      clockCard(data.clock, call), faultCard(data.faults, onChange, call), stateCard(call, onChange),
      settingsCard(data.settings, onChange)),
  ];
}

function clockCard(clock, call) {
  const advance = (seconds) => call("POST", "/clock/advance", { seconds });
  return card(t("clock"),
    el("p", {}, t(clock.frozen ? "clock-frozen" : "clock-runs"), " ",
      el("span", { class: "mono", "data-clock": "" })),
    el("div", { class: "bar" },
      clock.frozen ? button(t("resume"), call("POST", "/clock/resume"))
        : button(t("freeze"), call("POST", "/clock/freeze")),
      button(t("advance-1"), advance(60)), button(t("advance-31"), advance(1860)),
      button(t("clock-reset"), call("POST", "/clock/reset"))));
}

function faultCard(faults, onChange, call) {
  const effect = el("select", {}, options(Object.keys(EFFECTS).map((each) => [each, t(each)])));
  const times = el("input", { type: "number", min: "1", max: "1000000", value: "1" });
  const arm = attempt(async () => {
    await api.control("POST", "/faults", { ...EFFECTS[effect.value], times: Number(times.value) });
    await onChange();
  });
  const row = (fault) => el("li", {}, el("code", {}, visible(`${fault.id}: ${effectOf(fault)}`)), " ",
    t("fault-count", { hits: fault.hits, times: String(fault.times) }), " ",
    button(t("disarm"), call("DELETE", `/faults/${encodeURIComponent(fault.id)}`)));
  return card(t("faults"),
    el("p", {}, t("faults-text")),
    el("form", { class: "bar", onsubmit: arm }, labelled(t("effect"), effect), labelled(t("times"), times),
      el("button", { class: "primary" }, t("arm"))),
    el("ul", {}, faults.map(row)),
    faults.length > 1 && button(t("disarm-all"), call("DELETE", "/faults")));
}

const effectOf = (fault) =>
  fault.status ?? fault.proxyStatus ?? fault.rule ?? fault.transport ??
  (fault.latency ? "latency" : "mergePatch");

function stateCard(call, onChange) {
  const file = el("input", { type: "file", accept: ".json", onchange: attempt(async () => {
    const document = api.parse(await file.files[0].text());
    file.value = ""; // The same file can be chosen again.
    if (document === null) throw new Error(t("not-json"));
    await api.control("PUT", "/snapshot", document);
    toast(t("restored"));
    await onChange();
  }) });
  const reset = (question, body) => (event) => confirm(question) && call("POST", "/reset", body)(event);
  return card(t("state"),
    el("div", { class: "bar" },
      button(t("snapshot"), attempt(async () => {
        download("snapshot.json", JSON.stringify(await api.control("GET", "/snapshot")));
      })),
      button(t("reset-sessions"), reset(t("reset-sessions-sure"), { scope: ["sessions", "journal"] })),
      button(t("reset-all"), reset(t("reset-all-sure"), {}), "danger")),
    labelled(t("restore"), file));
}

function settingsCard(data, onChange) {
  const change = (name, value) => attempt(async () => {
    await api.control("PATCH", "/settings", { [name]: value });
    await onChange();
  })();
  const names = Object.keys(data.settings).filter((name) => !(name in data.readOnly));
  names.sort((a, b) => (b === "profile") - (a === "profile"));
  return el("section", { class: "card wide" }, el("h3", {}, t("profile-settings")),
    el("p", {}, t("settings-text")),
    el("div", { class: "settings" }, names.map((name) => el("div", {},
      labelled(name, field(name, data, change)),
      data.overridden.includes(name) && button(t("undo"), () => change(name, null), "link")))));
}

function field(name, { settings, choices }, change) {
  const value = settings[name];
  const id = `setting-${name}`;
  const pick = (values, parse) => el("select", { id, onchange: (event) => change(name, parse(event.target.value)) },
    options(values, String(value)));
  if (typeof value === "boolean") {
    return pick([["true", t("on")], ["false", t("off")]], (text) => text === "true");
  }
  if (choices[name]) return pick(choices[name].map((each) => [each]), (text) => text);
  const parse = (text) => (text === "" ? null : Number(text));
  return el("input", { id, type: "number", step: "any", value: value ?? "",
    onchange: (event) => change(name, parse(event.target.value)) });
}
