// Routes: the address after the number sign has tab, session, and turn or entry.

export const TABS = ["sessions", "journal", "conformance", "behaviours", "controls"];

export function readRoute(hash) {
  const parts = hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodePart);
  const [tab = "sessions", first, kind, number] = parts;
  if (tab === "journal") return { tab, number: Number(first) || null };
  if (tab === "behaviours") return { tab, rule: first };
  if (TABS.includes(tab) && tab !== "sessions") return { tab };
  return { tab: "sessions", isNew: tab === "new", id: first ?? null, kind, number: Number(number) || null };
}

function decodePart(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
