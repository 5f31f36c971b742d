import type {
    ArmedFault,
    Clock as ClockState,
    Dialogue,
    Entry,
    Fault,
    Finding,
    Match,
    Namespace,
    Operations,
    Order,
    Session,
    SettingsChange,
    Transcript,
} from "./control.js";

/** Types of the control API. */
export type * as control from "./control.js";

/** Kinds of unexpected interactions that fail a test. */
export type Kind = "unmatched" | "wrong-token" | "unused" | "conformance";
/** A kind, or the id of a finding of the conformance report. */
export type Allowed = Kind | NonNullable<Operations["getConformance"]["query"]["allow"]>[number];

export interface MockOptions {
    /** Base URL of a running mock; by default `LEADWAY_BASE_URL`, or a new process. */
    url?: string;
    /** Token of the namespace; by default a new one. */
    token?: string;
    /** The program `leadway`, with its first arguments; starts a process even with `LEADWAY_BASE_URL`. */
    command?: string | string[];
    /** Flags of `leadway mock`, such as `["--seed", "1"]`; starts a process, too. */
    args?: string[];
    /** How long the process may take to listen; 30 by default. */
    timeoutSeconds?: number;
    /** Whether `process.env` leads to the mock until `stop`; true by default. */
    setEnvironment?: boolean;
    /** Dialogues: texts of several lines, or paths of files. */
    dialogue?: string | string[];
    /** Faults. */
    fault?: Fault | Fault[];
    /** Settings in camelCase. */
    settings?: SettingsChange;
    /** Whether `useMock` verifies after each test; true by default. */
    strict?: boolean;
    /** What does not fail a test. */
    allow?: Allowed | Allowed[];
}

type Hook = (callback: () => Promise<void>) => unknown;

/** The module `node:test` or `vitest`, or another with these functions. */
export interface TestRunner {
    beforeEach: Hook;
    afterEach: Hook;
    after?: Hook;
    afterAll?: Hook;
}

/** The clock of sessions and quotas. */
export interface MockClock {
    /** Return the time. */
    now(): Promise<ClockState>;
    /** Stop the clock, now or at a time. */
    freeze(time?: string | Date): Promise<ClockState>;
    /** Move it forward by seconds, or by a text such as `"31m"`. */
    advance(duration: number | string): Promise<ClockState>;
    set(time: string | Date): Promise<ClockState>;
    /** Start a stopped clock from its present time. */
    resume(): Promise<ClockState>;
    /** Return to the machine's time. */
    reset(): Promise<ClockState>;
}

/** The requests and responses of the namespace. */
export interface MockJournal {
    /** Return all entries. */
    entries(): Promise<Entry[]>;
    /** Return the entries that match; all of them without `limit`. */
    find(match?: Match, options?: { order?: Order; limit?: number }): Promise<Entry[]>;
    count(match?: Match): Promise<number>;
    /** Wait until `count` entries match; raises `MockError` after `timeout` seconds (5; at most 30). */
    wait(
        match?: Match,
        options?: { count?: number; timeout?: number; after?: number },
    ): Promise<Entry[]>;
    /** Return the requests that no dialogue expects or that violate the contract. */
    unmatched(): Promise<Entry[]>;
}

/** A running mock, seen from a namespace of its own. */
export interface Mock {
    readonly url: string;
    readonly token: string;
    readonly locationId: string;
    readonly apiVersion: string;
    /** Agent of `executeUrl`: a built-in one, unless the test sets another. */
    agentId: string;
    readonly executeUrl: string;
    /** Headers that every request needs. */
    readonly headers: { Authorization: string; Version: string };
    /** Variables that direct an application to the mock. */
    readonly environment: Record<
        "LEADWAY_BASE_URL" | "LEADWAY_TOKEN" | "LEADWAY_LOCATION_ID" | "LEADWAY_API_VERSION",
        string
    >;
    readonly clock: MockClock;
    readonly journal: MockJournal;

    /** Add a dialogue: a text of several lines, or the path of a file. */
    dialogue(source: string, options?: { name?: string }): Promise<Dialogue>;
    /** Inject a fault, such as `{ status: 500, times: 2 }`. */
    fault(fields: Fault): Promise<ArmedFault>;
    faults(): Promise<ArmedFault[]>;
    /** Remove a fault, or all; return how many. */
    disarm(id?: string): Promise<number>;
    /** Change settings (null restores the value of the start), and return all. */
    settings(changes?: SettingsChange): Promise<Record<string, unknown>>;

    namespace(): Promise<Namespace>;
    sessions(query?: Operations["listSessions"]["query"]): Promise<Session[]>;
    session(executionId: string): Promise<Transcript>;
    expire(executionId: string): Promise<Session>;
    fork(executionId: string, turn: number): Promise<Session>;
    conformance(options?: {
        allow?: Finding["id"][];
    }): Promise<Operations["getConformance"]["response"]>;
    coverage(): Promise<Operations["getCoverage"]["response"]>;
    /** Send any request below `/__mock`. */
    control(method: string, path: string, body?: unknown): Promise<unknown>;

    /** Permit kinds or findings until the next reset. */
    allow(...words: Allowed[]): void;
    /** Raise `UnexpectedInteractionError` for what is not permitted. */
    verify(): Promise<void>;
    /** Empty the namespace, and apply the options again; URL and token stay. */
    reset(): Promise<void>;
    /** Close the namespace; stop the process if this mock started it. */
    stop(): Promise<void>;
}

/** Return a mock in a namespace of its own, of a running mock or a new process. */
export function startMock(options?: MockOptions): Promise<Mock>;

/** Start a mock for all tests of this file: empty at the start of each, verified at its end. */
export function useMock(runner: TestRunner, options?: MockOptions): Promise<Mock>;

/** The mock cannot be started or reached, or rejects a call; the message contains the fix. */
export class MockError extends Error {
    /** Status of the response, if there is one. */
    readonly status?: number;
    readonly problems: { in: string; pointer: string; message: string; hint?: string }[];
}

/** What fails a strict test. */
export class UnexpectedInteractionError extends Error {
    readonly kinds: Kind[];
}
