// Calls of the control API, and messages by the platform's own paths.

import { t } from "./language.js";

const SAMPLE_TOKEN = "pit-12345678-1234-4234-8234-123456789abc";
const CALL_TIMEOUT = 60000;

export const SAMPLE_LOCATION = "C2QujeCh8ZnC7al2InWR";

let report = null;

// Serve all calls from the data of a report.
export function useReport(respond) {
  report = respond;
}

export const isReport = () => report !== null;

// The token is kept for this tab only.
export function token() {
  try {
    return sessionStorage.getItem("leadway-token") || SAMPLE_TOKEN;
  } catch {
    return SAMPLE_TOKEN;
  }
}

export function setToken(value) {
  sessionStorage.setItem("leadway-token", value);
}

export async function control(method, path, body) {
  if (report) return report(method, path, body);
  const headers = { Accept: "application/json", Authorization: `Bearer ${token()}` };
  if (method !== "GET") headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body) };
  const signal = AbortSignal.timeout(CALL_TIMEOUT);
  const response = await fetch(`/__mock${path}`, { ...options, signal });
  const content = await response.json();
  if (response.ok) return content;
  throw Object.assign(new Error(content.message), { status: response.status });
}

export const find = (match, more) =>
  control("POST", "/journal/find", { match, order: "newest", ...more });

export async function entry(number) {
  const page = await control("GET", `/journal?after=${number - 1}&limit=1`);
  return page.entries.find((each) => each.number === number) ?? null;
}

export const executePath = (agent, isManaged) =>
  `/agent-studio/${isManaged ? "managed-agents" : "agent"}/${encodeURIComponent(agent)}/execute`;

// Send a request to the platform; return what came back, or that the connection broke.
export async function send(path, version, body, method = "POST") {
  const headers = { Authorization: `Bearer ${token()}`, "Content-Type": "application/json" };
  if (version) headers.Version = version;
  if (path.includes("/managed-agents/")) headers["Idempotency-Key"] = newKey();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  try {
    const response = await fetch(path, { method, headers, body: method === "GET" ? undefined : text });
    const content = await response.text();
    const rule = response.headers.get("X-Mock-Rule") ?? "";
    const hint = response.headers.get("X-Mock-Hint") ?? "";
    return { ok: response.ok, status: response.status, rule, hint, body: parse(content) };
  } catch {
    return { ok: false, status: 0, rule: "", hint: t("connection-broke"), body: null };
  }
}

// Return what went wrong, in one line.
export const failure = ({ status, rule, hint }) => (status ? `${status} ${rule}: ${hint}` : hint);

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// Return the curl command of a request.
export function curl(method, path, version, body) {
  const lines = [`curl -s ${quote(location.origin + path)}`];
  if (method !== "POST") lines.push(`-X ${method}`);
  lines.push(`-H ${quote(`Authorization: Bearer ${token()}`)}`);
  if (version) lines.push(`-H ${quote(`Version: ${version}`)}`);
  if (path.includes("/managed-agents/")) lines.push(`-H "Idempotency-Key: $(date +%s)"`);
  if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quote(body)}`);
  return lines.join(" \\\n  ");
}
