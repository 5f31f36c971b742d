/** Start the mock of all test files, unless `LEADWAY_BASE_URL` names one. */
export function setup(): Promise<void>;
/** Stop it. */
export function teardown(): Promise<void>;
export { setup as globalSetup, teardown as globalTeardown };
