// DOM helpers. Texts become text nodes only; the policy of the page forbids HTML made of texts.

import { t } from "./language.js";

const MAX_SHOWN = 4000;
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu;

// Return an element. `onclick` and so on are listeners; false and null leave an attribute out.
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  const isThere = (child) => child !== null && child !== undefined && child !== false;
  node.append(...children.flat(2).filter(isThere));
  return node;
}

export const byId = (id) => document.getElementById(id);

// Return a text in which characters that change its look unseen are written as escapes.
export function visible(text) {
  return String(text).replace(
    INVISIBLE,
    (found) => `\\u${found.codePointAt(0).toString(16).padStart(4, "0")}`,
  );
}

const expanded = new Set();

// Return an element with a text of any length; of a long one, the rest is shown on demand.
export function textOf(tag, text, attributes) {
  const whole = String(text);
  const isCut = whole.length > MAX_SHOWN && !expanded.has(whole);
  const node = el(tag, { dir: "auto", ...attributes }, visible(isCut ? whole.slice(0, MAX_SHOWN) : whole));
  if (isCut) {
    const label = t("show-all", { count: whole.length });
    const show = () => {
      expanded.add(whole); // It stays so when the pane is drawn again.
      node.replaceChildren(visible(whole));
    };
    node.append("… ", button(label, show, "link"));
  }
  return node;
}

export function button(label, onclick, kind) {
  return el("button", { type: "button", class: kind, onclick }, label);
}

export function chip(text, kind) {
  return el("span", { class: `chip ${kind ?? ""}` }, text);
}

export function copyButton(text) {
  return button(t("copy"), async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("copied"));
    } catch {
      toast(t("copy-failed"));
    }
  });
}

export function code(text, label) {
  const block = textOf("pre", text, { tabindex: "0", "aria-label": label });
  return el("div", { class: "code" }, block, copyButton(text));
}

export function download(name, text) {
  const href = URL.createObjectURL(new Blob([text]));
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

export function options(values, selected) {
  return values.map(([value, label]) =>
    el("option", { value, selected: value === selected }, label ?? value));
}

export function labelled(label, field) {
  return el("label", {}, el("span", {}, label), field);
}

let toastTimer;

export function toast(text) {
  byId("toast").textContent = visible(text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (byId("toast").textContent = ""), 6000);
}

// Run an action of a button; an error is shown.
export function attempt(action) {
  return async (event) => {
    event?.preventDefault?.();
    try {
      await action(event);
    } catch (error) {
      toast(error.message);
    }
  };
}

const shown = new WeakMap();

// Replace the content of a pane if `key` has changed; keep the focus.
export function render(pane, key, build) {
  const text = JSON.stringify(key);
  if (shown.get(pane) === text) return false;
  shown.set(pane, text);
  const focused = pane.contains(document.activeElement) ? document.activeElement.id : "";
  pane.replaceChildren(...[build()].flat(2).filter(Boolean));
  if (focused) byId(focused)?.focus({ preventScroll: true });
  return true;
}
