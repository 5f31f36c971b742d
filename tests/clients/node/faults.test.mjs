import assert from "node:assert/strict";
import * as runner from "node:test";

import { startMock, useMock } from "leadway-mock-testing";

import { say, sleep } from "./say.mjs";

const mock = await useMock(runner, {
    settings: { sessionIdleSeconds: 60 },
    allow: "error-retried",
});

runner.test("a fault fires once", async () => {
    await mock.fault({ status: 503 });
    await sleep(100); // The other file runs meanwhile.
    assert.equal((await say("Hello")).status, 503);
    await mock.fault({ id: "unwanted", status: 500 });
    assert.deepEqual(
        (await mock.faults()).map((each) => each.hits),
        [1, 0],
    );
    assert.equal(await mock.disarm("unwanted"), 1);
    assert.equal(await mock.journal.count({ fault: true }), 1);
});

runner.test("the clock expires a session", async () => {
    await mock.clock.freeze(new Date("2026-11-22T09:00:00Z"));
    const { executionId } = await say("Hello");
    const { time, frozen } = await mock.clock.advance("1m1s");
    assert.deepEqual([time, frozen], ["2026-11-22T09:01:01.000Z", true]);
    assert.equal((await say("And then?", executionId)).status, 404);
    assert.equal((await mock.settings({ sessionIdleSeconds: null })).sessionIdleSeconds, 1800);
});

runner.test("a second mock of the same process has a namespace of its own", async () => {
    const other = await startMock({ url: mock.url, setEnvironment: false });
    await say("Hello");
    assert.equal((await other.namespace()).journalEntries, 0);
    assert.notEqual(other.token, mock.token);
    await other.stop();
});

runner.test("mistakes are explained", async () => {
    const wrong = [
        [() => mock.fault({ statuz: 500 }), /did you mean `status`/],
        [() => mock.dialogue("absent.txt"), /neither a text of several lines nor a file/],
        [() => mock.control("GET", "/nothing"), /responded with 404/],
        [() => startMock({ sed: 1 }), /Unknown option 'sed'/],
        [() => startMock({ url: mock.url, args: [] }), /Leave one of them out/],
        [() => startMock({ url: "http://127.0.0.1:9" }), /does not respond: .*Is it running/],
        [() => startMock({ command: "no-such-program" }), /Install the mock/],
        [() => startMock({ args: ["--sed", "1"] }), /ended with exit code 2:[^]*--sed/],
        [() => mock.clock.advance("soon"), /"31m"/],
        [() => useMock({}), /import \* as runner/],
        [() => mock.conformance({ allow: ["nothing"] }), /allow/],
    ];
    for (const [call, message] of wrong) await assert.rejects(call, { message });
    process.env.LEADWAY_BASE_URL = "https://services.leadconnectorhq.com";
    await assert.rejects(startMock(), /may be the real service/);
});
