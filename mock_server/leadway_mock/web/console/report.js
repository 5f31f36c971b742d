// Responds to the calls of the console from the data of a report.

const FITS = {
  session: (entry, id) => [entry.executionId, entry.requestIds?.executionId].includes(id),
  status: (entry, status) => `${Math.floor(entry.response.status / 100)}xx` === status,
  rule: (entry, rule) => entry.response.rule === rule,
  body: (entry, text) => entry.request.body.includes(text),
  fault: (entry) => entry.fault !== undefined,
};

export function respondFrom(data) {
  const newest = [...data.entries].reverse();
  return async (method, path, body) => {
    const [name, query] = path.split("?");
    if (name === "/sessions") {
      return { sessions: data.sessions, count: data.sessions.length, next: null };
    }
    if (name.startsWith("/sessions/")) {
      return data.transcripts[decodeURIComponent(name.slice("/sessions/".length))];
    }
    if (name === "/journal/find") {
      const tests = Object.entries(body.match);
      const entries = newest.filter((entry) => tests.every(([key, value]) => FITS[key](entry, value)));
      return { entries: entries.slice(0, body.limit), next: entries.length > body.limit };
    }
    if (name === "/journal") {
      const after = Number(new URLSearchParams(query).get("after"));
      return { entries: data.entries.filter((entry) => entry.number > after).slice(0, 1) };
    }
    return data[name.slice(1)];
  };
}
