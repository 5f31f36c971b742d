// Tests in Node against the Leadway mock.
import { MockError } from "./errors.js";
import { Mock } from "./mock.js";
import { startServer } from "./server.js";

export { MockError, UnexpectedInteractionError } from "./errors.js";
export { Mock } from "./mock.js";

const OPTIONS = [
    "url",
    "token",
    "command",
    "args",
    "timeoutSeconds",
    "setEnvironment",
    "dialogue",
    "fault",
    "settings",
    "strict",
    "allow",
];

/**
 * Return a mock in a namespace of its own: of the mock at `url` or `LEADWAY_BASE_URL`, or of a new
 * process.
 *
 * @param {import("./index.js").MockOptions} [options]
 */
export async function startMock(options = {}) {
    checkOptions(options);
    const url = options.url ?? environmentUrl(options);
    const server = url ? undefined : await startServer(serverOptions(options));
    const mock = new Mock((url ?? server.url).replace(/\/+$/, ""), server, options);
    try {
        await mock.open();
    } catch (error) {
        await server?.stop();
        throw error;
    }
    return mock;
}

/**
 * Start a mock for all tests of this file: empty at the start of each, verified at its end.
 *
 * @param {import("./index.js").TestRunner} runner the module `node:test` or `vitest`
 * @param {import("./index.js").MockOptions} [options]
 */
export async function useMock(runner, options = {}) {
    const { beforeEach, afterEach } = runner;
    const afterAll = runner.after ?? runner.afterAll;
    if (!beforeEach || !afterEach || !afterAll) {
        throw new TypeError(
            'useMock() must get a test runner with beforeEach, afterEach and after: import * as runner from "node:test" (or "vitest").',
        );
    }
    const mock = await startMock(options);
    beforeEach(() => mock.reset());
    if (options.strict !== false) afterEach(() => mock.verify());
    afterAll(() => mock.stop());
    return mock;
}

function checkOptions(options) {
    for (const name of Object.keys(options)) {
        if (OPTIONS.includes(name)) continue;
        throw new TypeError(
            `Unknown option '${name}'. Options are ${OPTIONS.join(", ")}; flags of the mock belong in args.`,
        );
    }
    if (options.url === undefined) return;
    for (const name of ["command", "args"]) {
        if (options[name] === undefined) continue;
        throw new TypeError(
            `Option '${name}' starts a mock, and 'url' names a running one. Leave one of them out.`,
        );
    }
}

/** The URL of the environment, unless options of a process of its own say otherwise. */
function environmentUrl(options) {
    const text = process.env.LEADWAY_BASE_URL;
    if (!text || options.command || options.args) return undefined;
    const { protocol, hostname } = readUrl(text);
    const isLoopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
    if (protocol === "http:" || isLoopback) return text;
    throw new MockError(
        `LEADWAY_BASE_URL is ${text.slice(0, 200)}, which may be the real service. Unset it, or pass { url } if it is a mock.`,
    );
}

function readUrl(text) {
    try {
        return new URL(text);
    } catch (cause) {
        throw new MockError(
            `LEADWAY_BASE_URL must be a URL such as http://127.0.0.1:4010, not ${JSON.stringify(text.slice(0, 200))}.`,
            { cause },
        );
    }
}

function serverOptions({ command = "leadway", args = [], timeoutSeconds = 30 }) {
    return { command: [command].flat(), args, timeoutSeconds };
}
