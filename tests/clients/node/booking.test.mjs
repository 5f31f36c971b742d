import assert from "node:assert/strict";
import * as runner from "node:test";

import { useMock } from "leadway-mock-testing";

import { say, sleep } from "./say.mjs";

const mock = await useMock(runner);

runner.test("a dialogue is played", async () => {
    const added = await mock.dialogue(`
    user: haircut
    agent: Which day?
    user: /(?P<day>monday|tuesday)/i
    agent: {{day}} it is.
  `);
    assert.equal(added.turns.length, 2);
    const first = await say("A haircut");
    await sleep(200); // The other file runs meanwhile.
    const second = await say("On Monday", first.executionId);
    assert.equal(second.response, "Monday it is.");
    assert.equal(await mock.journal.count({ status: 200 }), 2);
    const [session] = await mock.sessions();
    const { transcript } = await mock.session(session.executionId);
    assert.deepEqual(
        transcript.map((turn) => turn.message),
        ["A haircut", "On Monday"],
    );
    assert.equal((await mock.fork(session.executionId, 1)).turns, 1);
    assert.ok((await mock.conformance()).passed);
    assert.ok((await mock.coverage()).operations.length > 0);
});

runner.test("each test begins empty", async () => {
    assert.equal((await mock.namespace()).journalEntries, 0);
    assert.deepEqual(await mock.sessions(), []);
    assert.deepEqual((await mock.control("GET", "/dialogues")).dialogues, []);
});

runner.test("a dialogue can be a file", async () => {
    const { name, turns } = await mock.dialogue("booking.txt");
    assert.equal(name, "booking");
    await say("A haircut");
    assert.equal(turns.length, 1);
});

runner.test("allowed kinds do not fail a test", async () => {
    mock.allow("unmatched", "unused");
    await mock.dialogue("user: haircut\nagent: Which day?\n");
    await say("Something else");
    const [entry] = await mock.journal.unmatched();
    assert.equal(entry.response.rule, "unscripted-message");
    await assert.rejects(mock.journal.wait({ status: 500 }, { timeout: 0 }), /0 of 1 requests/);
});
