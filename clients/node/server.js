// The process of a mock: start, address, end.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { MockError } from "./errors.js";

const SUPERVISOR = fileURLToPath(new URL("./supervisor.js", import.meta.url));
const LISTENING = /^listening on (\S+)\s*$/m;
const MAX_LOG = 4000;
const NOT_INHERITED = ["NODE_OPTIONS", "NODE_TEST_CONTEXT", "NODE_V8_COVERAGE"];

/**
 * Start `leadway mock` on a free port; resolves once it responds.
 *
 * @param {{ command: string[], args: string[], timeoutSeconds: number }} options
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startServer({ command, args, timeoutSeconds }) {
    const words = [...command, "mock", "--port", "0", ...args];
    const env = { ...process.env };
    for (const name of NOT_INHERITED) delete env[name];
    const child = spawn(process.execPath, [SUPERVISOR, ...words], { env });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const log = { output: "", errors: "" };
    child.stderr.on("data", (data) => {
        log.errors = (log.errors + data).slice(-MAX_LOG);
    });
    try {
        const url = await untilListening(child, log, words, timeoutSeconds);
        setReferenced(child, false);
        return { url, stop: () => stop(child, exited) };
    } catch (error) {
        await stop(child, exited);
        throw error;
    }
}

async function untilListening(child, log, words, timeoutSeconds) {
    const shown = `\`${words.join(" ")}\``;
    let timer;
    try {
        return await new Promise((resolve, reject) => {
            timer = setTimeout(
                () => reject(new MockError(timeoutText(shown, timeoutSeconds, log.errors))),
                timeoutSeconds * 1000,
            );
            child.stdout.on("data", (data) => {
                log.output = (log.output + data).slice(-MAX_LOG);
                const found = LISTENING.exec(log.output);
                if (found) resolve(found[1]);
            });
            child.once("close", (code) => reject(new MockError(endText(shown, code, log.errors))));
        });
    } finally {
        clearTimeout(timer);
    }
}

function timeoutText(shown, seconds, errors) {
    return `${shown} does not listen after ${seconds} seconds. Raise timeoutSeconds.\n${errors}`;
}

function endText(shown, code, errors) {
    if (code !== 127) return `${shown} ended with exit code ${code}:\n${errors}`;
    return (
        `${shown} cannot be run: ${errors.trim()}. Install the mock (\`pip install '../leadway[mock]'\` ` +
        "with the path of your clone) and activate its environment, or name the program: " +
        'startMock({ command: ".venv/bin/leadway" }).'
    );
}

/** Whether the child keeps this process alive. */
function setReferenced(child, isReferenced) {
    for (const each of [child, child.stdin, child.stdout, child.stderr]) {
        if (isReferenced) each.ref();
        else each.unref();
    }
}

async function stop(child, exited) {
    setReferenced(child, true);
    child.stdin.end();
    await exited;
}
