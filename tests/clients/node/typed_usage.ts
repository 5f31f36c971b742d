// Checked by the TypeScript compiler; not run.
import {
    startMock,
    useMock,
    MockError,
    type Mock,
    type TestRunner,
    type control,
} from "leadway-mock-testing";
import { setup, globalTeardown } from "leadway-mock-testing/global-setup";

declare const runner: TestRunner;

export async function check(): Promise<void> {
    const mock: Mock = await useMock(runner, {
        allow: ["unused", "retry-unsafe"],
        settings: { profile: "observed" },
    });
    const dialogue: control.Dialogue = await mock.dialogue("user: a\nagent: b", { name: "x" });
    const armed = await mock.fault({ status: 429, retryAfter: 2, times: "until-disarmed" });
    const hits: number = armed.hits;
    const [entry] = await mock.journal.find({ status: "4xx" }, { order: "newest", limit: 1 });
    const status: number = entry!.response.status;
    const time: string = (await mock.clock.advance("31m")).time;
    const { findings } = await mock.conformance({ allow: ["turn-duplicated"] });
    const severities: ("error" | "warning")[] = findings.map((each) => each.severity);
    const turns = (await mock.session("id")).transcript.map((turn) => turn.response.length);
    await setup();
    await globalTeardown();
    console.log(dialogue, hits, status, time, severities, turns, mock.environment.LEADWAY_TOKEN);
    // @ts-expect-error: a property that faults do not have
    await mock.fault({ statuz: 500 });
    // @ts-expect-error: a kind that does not exist
    mock.allow("everything");
    // @ts-expect-error: a profile that does not exist
    await startMock({ settings: { profile: "imagined" } });
    // @ts-expect-error: no runner
    await useMock();
    const error = new MockError("no");
    console.log(error.problems[0]?.pointer);
}
