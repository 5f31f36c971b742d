// Tests that must fail, by the strict check alone. Run in a mock of their own.
import * as runner from "node:test";

import { useMock } from "leadway-mock-testing";

import { say } from "./say.mjs";

const mock = await useMock(runner);

runner.test("unscripted and unused", async () => {
    await mock.dialogue("user: haircut\nagent: Which day?\n");
    await mock.fault({ status: 500, agentId: "another" });
    await say("Something else");
});

runner.test("another token", () =>
    say("Hello", undefined, "pit-12345678-1234-4234-8234-123456789abc"),
);

runner.test("a retry before the time in Retry-After", async () => {
    await mock.fault({ status: 429, retryAfter: 60 });
    await say("Hello");
    await say("Hello");
});
