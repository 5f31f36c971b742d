// Strict checks: what fails a test.
import { ControlClient } from "./client.js";
import { UnexpectedInteractionError } from "./errors.js";

export const KINDS = {
    unmatched: "a request that no dialogue expects or that violates the contract",
    "wrong-token": "a request with another token than this file's",
    unused: "a turn that was never reached, or a fault that never fired",
    conformance: "a mistake of the client",
};
const MAX_SHOWN = 10;

/** @param {import("./mock.js").Mock} mock */
export async function verifyMock(mock) {
    const found = {
        unmatched: await unmatched(mock),
        "wrong-token": await wrongToken(mock),
        unused: await unused(mock),
        conformance: await conformance(mock),
    };
    const kinds = Object.keys(KINDS).filter(
        (kind) => found[kind].length && !mock.allowed.has(kind),
    );
    if (!kinds.length) return;
    const parts = kinds.map((kind) => {
        const more = found[kind].length - MAX_SHOWN;
        const lines = [
            ...found[kind].slice(0, MAX_SHOWN),
            ...(more > 0 ? [`and ${more} more`] : []),
        ];
        return `${kind}: ${KINDS[kind]}\n${lines.map((line) => `  ${line}`).join("\n")}`;
    });
    const hint = `To allow this: mock.allow(${kinds.map((kind) => JSON.stringify(kind)).join(", ")}).`;
    const head = `Unexpected interactions with the mock: ${kinds.join(", ")}.`;
    throw new UnexpectedInteractionError([head, ...parts, hint].join("\n\n"), kinds);
}

async function unmatched(mock) {
    return (await mock.journal.unmatched()).map(entryText);
}

/** Requests in the shared namespace: only a mock of this file's own has none of other files. */
async function wrongToken(mock) {
    if (!mock.ownsServer) return [];
    const shared = new ControlClient(mock.url);
    const { entries } = await shared.call("GET", "/journal?limit=1000");
    if (entries.length) await shared.call("POST", "/reset", { scope: ["journal"] });
    return entries.map(
        (entry) => `${entryText(entry)} Send the token of mock.token, or LEADWAY_TOKEN.`,
    );
}

async function unused(mock) {
    const { turns } = await mock.control("GET", "/dialogues/unused-turns");
    const faults = (await mock.faults()).filter((each) => each.hits === 0);
    return [
        ...turns.map(
            (turn) =>
                `turn ${turn.number} of '${turn.dialogue}', line ${turn.line}: user: ${turn.user}`,
        ),
        ...faults.map((fault) => `fault '${fault.id}' never fired`),
    ];
}

async function conformance(mock) {
    const allow = [...mock.allowed].filter((word) => !(word in KINDS));
    const { findings } = await mock.conformance({ allow });
    return findings
        .filter((each) => each.severity === "error")
        .map((each) => `${each.id}: ${each.summary} ${each.hint} (${each.occurrences[0].text})`);
}

function entryText({ number, request, response }) {
    const { status, rule, hint } = response;
    return `request ${number}: ${request.method} ${request.path} -> ${status} ${rule}. ${hint}`.trimEnd();
}
