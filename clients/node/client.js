// Calls of the control API.
import { MockError } from "./errors.js";

const TIMEOUT_MS = 60_000;

// Tests may replace the global one.
const { fetch } = globalThis;

/** The control API of one mock, for the namespace of one token. */
export class ControlClient {
    /**
     * @param {string} url base URL of the mock
     * @param {string | undefined} token selects the namespace; without, the shared one
     */
    constructor(url, token) {
        this.url = url;
        this.token = token;
    }

    /**
     * Send a request below `/__mock`; resolves to the JSON of the response.
     *
     * @param {string} method
     * @param {string} path with its query
     * @param {unknown} [body]
     * @returns {Promise<any>}
     */
    async call(method, path, body) {
        const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
        if (method !== "GET") headers["Content-Type"] = "application/json";
        let response;
        let text;
        try {
            response = await fetch(`${this.url}/__mock${path}`, {
                method,
                headers,
                body: body === undefined ? undefined : JSON.stringify(body),
                signal: AbortSignal.timeout(TIMEOUT_MS),
                redirect: "error",
            });
            text = await response.text();
        } catch (cause) {
            const reason = cause.cause?.message ?? cause.message;
            throw new MockError(
                `The mock at ${this.url} does not respond: ${reason}. Is it running?`,
                { cause },
            );
        }
        return readJson(response, text, `${method} ${this.url}/__mock${path}`);
    }
}

function readJson(response, text, shown) {
    let content;
    try {
        content = JSON.parse(text);
    } catch (cause) {
        const begin = JSON.stringify(text.slice(0, 80));
        throw new MockError(
            `${shown} responded with ${response.status} ${begin}, which is not JSON. Is it a Leadway mock?`,
            { status: response.status, cause },
        );
    }
    if (response.ok) return content;
    const problems = content.problems ?? [];
    const lines = problems.map(
        ({ in: part, pointer, message, hint }) =>
            `\n  ${pointer || part}: ${message}${hint ? `; ${hint}` : ""}`,
    );
    throw new MockError(
        `${shown} responded with ${response.status}: ${content.message}${lines.join("")}`,
        {
            status: response.status,
            problems,
        },
    );
}

/**
 * Return a query string of the properties that are not undefined; a list repeats its name.
 *
 * @param {Record<string, any>} fields
 */
export function queryOf(fields) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
        for (const each of [value].flat()) if (each !== undefined) query.append(name, each);
    }
    return query.size ? `?${query}` : "";
}
