// The mock of a test file: connection, arrangement, checks.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";

import { ControlClient, queryOf } from "./client.js";
import { MockError } from "./errors.js";
import { verifyMock } from "./verify.js";

const AGENT_ID = "p1q2r3s4t5u6v7w8x9y0z1a2";
const LOCATION_ID = "C2QujeCh8ZnC7al2InWR";
const API_VERSION = "2021-07-28";
const PAGE = 1000;
const DURATION = /^(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** A running mock, seen from a namespace of its own. `startMock` creates it. */
export class Mock {
    #control;
    #options;
    #server;
    #texts = 0;
    #restored = {};

    /**
     * @param {string} url
     * @param {{ stop: () => Promise<void> } | undefined} server the process, if this mock started it
     * @param {import("./index.js").MockOptions} options
     */
    constructor(url, server, options) {
        this.url = url;
        this.token = options.token ?? `pit-${randomUUID()}`;
        this.agentId = AGENT_ID;
        this.locationId = LOCATION_ID;
        this.apiVersion = API_VERSION;
        this.#control = new ControlClient(url, this.token);
        this.#options = options;
        this.#server = server;
        this.allowed = new Set([options.allow ?? []].flat());
        this.clock = new Clock(this.#control);
        this.journal = new Journal(this.#control);
    }

    /** Whether this mock started the process. */
    get ownsServer() {
        return this.#server !== undefined;
    }

    /** URL for messages to `agentId`. */
    get executeUrl() {
        return `${this.url}/agent-studio/agent/${this.agentId}/execute`;
    }

    /** Headers that every request needs. */
    get headers() {
        return { Authorization: `Bearer ${this.token}`, Version: this.apiVersion };
    }

    /** Variables that direct an application to the mock. */
    get environment() {
        return {
            LEADWAY_BASE_URL: this.url,
            LEADWAY_TOKEN: this.token,
            LEADWAY_LOCATION_ID: this.locationId,
            LEADWAY_API_VERSION: this.apiVersion,
        };
    }

    /** Open the namespace, and apply the options. */
    async open() {
        const health = await this.#control.call("GET", "/health");
        if (health.contractVersion === undefined) {
            throw new MockError(
                `${this.url} is no Leadway mock: /__mock/health has no contractVersion.`,
            );
        }
        await this.#control.call("PUT", "/namespace");
        await this.#arrange();
        if (this.#options.setEnvironment !== false) this.#setEnvironment(this.environment);
    }

    #setEnvironment(variables) {
        for (const [name, value] of Object.entries(variables)) {
            if (!(name in this.#restored)) this.#restored[name] = process.env[name];
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        }
    }

    async #arrange() {
        const { dialogue, fault, settings } = this.#options;
        if (settings) await this.settings(settings);
        for (const each of [dialogue ?? []].flat()) await this.dialogue(each);
        for (const each of [fault ?? []].flat()) await this.fault(each);
    }

    /** Empty the namespace, and apply the options again; URL and token stay. */
    async reset() {
        await this.#control.call("PUT", "/namespace"); // The application may have closed it.
        await this.#control.call("POST", "/reset", {});
        this.#texts = 0;
        this.allowed = new Set([this.#options.allow ?? []].flat());
        await this.#arrange();
    }

    /** Close the namespace; stop the process if this mock started it. */
    async stop() {
        this.#setEnvironment(this.#restored);
        this.#restored = {};
        if (this.#server) await this.#server.stop();
        else await this.#control.call("DELETE", "/namespace");
    }

    /** Send any request to the control API, such as `control("PUT", "/agents/ID/replies", {…})`. */
    control(method, path, body) {
        return this.#control.call(method, path, body);
    }

    /** Add a dialogue: a text of several lines, or the path of a file. */
    async dialogue(source, { name } = {}) {
        const isText = source.includes("\n");
        const text = isText ? dedent(source) : await readText(source);
        this.#texts += isText ? 1 : 0;
        const textName = `dialogue-${String(this.#texts).padStart(2, "0")}`;
        const path = name ?? (isText ? textName : basename(source, extname(source)));
        return this.#control.call("PUT", `/dialogues/${encodeURIComponent(path)}`, { text });
    }

    /** Inject a fault, such as `{ status: 500, times: 2 }`. */
    fault(fields) {
        return this.#control.call("POST", "/faults", fields);
    }

    /** The armed faults. */
    async faults() {
        return (await this.#control.call("GET", "/faults")).faults;
    }

    /** Remove a fault by its id; without an id, all. */
    async disarm(id) {
        const path = id === undefined ? "/faults" : `/faults/${encodeURIComponent(id)}`;
        return (await this.#control.call("DELETE", path)).disarmed;
    }

    /** Change settings; null restores the value of the start. Without changes, return them. */
    async settings(changes) {
        const call = changes ? ["PATCH", "/settings", changes] : ["GET", "/settings"];
        return (await this.#control.call(...call)).settings;
    }

    /** The namespace: its name, and the number of sessions and journal entries. */
    namespace() {
        return this.#control.call("GET", "/namespace");
    }

    /** The sessions; a query such as `{ expired: true }` selects. */
    async sessions(query = {}) {
        return pages("sessions", (after) =>
            this.#control.call("GET", `/sessions${queryOf({ limit: PAGE, after, ...query })}`),
        );
    }

    /** One session with its turns. */
    session(executionId) {
        return this.#control.call(
            "GET",
            `/sessions/${encodeURIComponent(executionId)}?limit=${PAGE}`,
        );
    }

    /** Expire a session, as if it had been idle for too long. */
    expire(executionId) {
        return this.#control.call("POST", `/sessions/${encodeURIComponent(executionId)}/expire`);
    }

    /** Start a new session with the first turns of another. */
    fork(executionId, turn) {
        return this.#control.call("POST", `/sessions/${encodeURIComponent(executionId)}/fork`, {
            turn,
        });
    }

    /** The conformance report; `allow` leaves findings out. */
    conformance({ allow } = {}) {
        return this.#control.call("GET", `/conformance${queryOf({ allow })}`);
    }

    /** Which outcomes of the contract occurred. */
    coverage() {
        return this.#control.call("GET", "/coverage");
    }

    /** Permit kinds of unexpected interactions, or findings, until the next reset. */
    allow(...words) {
        for (const each of words) this.allowed.add(each);
    }

    /** Raise `UnexpectedInteractionError` for what strict tests do not permit. */
    verify() {
        return verifyMock(this);
    }
}

/** The clock of sessions and quotas. */
class Clock {
    #control;

    constructor(control) {
        this.#control = control;
    }

    now() {
        return this.#control.call("GET", "/clock");
    }

    freeze(time) {
        return this.#control.call(
            "POST",
            "/clock/freeze",
            time === undefined ? {} : { time: timeText(time) },
        );
    }

    async advance(duration) {
        return this.#control.call("POST", "/clock/advance", { seconds: secondsOf(duration) });
    }

    set(time) {
        return this.#control.call("POST", "/clock/set", { time: timeText(time) });
    }

    resume() {
        return this.#control.call("POST", "/clock/resume");
    }

    reset() {
        return this.#control.call("POST", "/clock/reset");
    }
}

/** The requests and responses of the namespace. */
class Journal {
    #control;

    constructor(control) {
        this.#control = control;
    }

    entries() {
        return this.find();
    }

    find(match = {}, options = {}) {
        if (options.limit !== undefined)
            return this.#page(match, options).then((page) => page.entries);
        return pages("entries", (after) => this.#page(match, { limit: PAGE, ...options, after }));
    }

    #page(match, options) {
        return this.#control.call("POST", "/journal/find", { match, ...options });
    }

    async count(match = {}) {
        return (await this.#control.call("POST", "/journal/count", { match })).count;
    }

    async wait(match = {}, { count = 1, timeout = 5, after = 0 } = {}) {
        const found = await this.#control.call("POST", "/journal/wait", {
            match,
            count,
            timeout,
            after,
        });
        if (!found.timedOut) return found.entries;
        throw new MockError(
            `${found.count} of ${count} requests that match ${JSON.stringify(match)} came within ${timeout} seconds.`,
        );
    }

    unmatched() {
        return pages("entries", (after) =>
            this.#control.call("GET", `/journal/unmatched${queryOf({ limit: PAGE, after })}`),
        );
    }
}

/** Collect the items of all pages. */
async function pages(name, load) {
    const items = [];
    let after = 0;
    do {
        const page = await load(after);
        items.push(...page[name]);
        after = page.next;
    } while (after !== null);
    return items;
}

async function readText(path) {
    try {
        return await readFile(path, "utf8");
    } catch (cause) {
        throw new MockError(
            `dialogue(${JSON.stringify(path.slice(0, 200))}) is neither a text of several lines nor a file: ${cause.message}`,
            { cause },
        );
    }
}

/** Remove the indent that all lines have, and the blank lines around them. */
function dedent(text) {
    const lines = text
        .split("\n")
        .filter((line, number, all) => line.trim() || (number > 0 && number < all.length - 1));
    const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
    const indent = Math.min(...indents);
    return `${lines.map((line) => line.slice(indent)).join("\n")}\n`;
}

function secondsOf(duration) {
    if (typeof duration === "number") return duration;
    const found = DURATION.exec(duration);
    if (!found)
        throw new TypeError(
            `advance() must be a number of seconds or a text such as "31m" or "1h30m", not ${JSON.stringify(duration)}.`,
        );
    const [hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
    return hours * 3600 + minutes * 60 + seconds;
}

function timeText(time) {
    return time instanceof Date ? time.toISOString() : time;
}
