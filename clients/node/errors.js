/** The mock cannot be started or reached, or rejects a call; the message contains the fix. */
export class MockError extends Error {
    name = "MockError";

    /**
     * @param {string} message
     * @param {{ status?: number, problems?: object[], cause?: unknown }} [details] of a response
     */
    constructor(message, { status, problems = [], cause } = {}) {
        super(message, cause === undefined ? undefined : { cause });
        this.status = status;
        this.problems = problems;
    }
}

/** What would fail a test: unexpected requests, unused turns, errors of the client. */
export class UnexpectedInteractionError extends Error {
    name = "UnexpectedInteractionError";

    /**
     * @param {string} message
     * @param {string[]} kinds
     */
    constructor(message, kinds) {
        super(message);
        this.kinds = kinds;
    }
}
