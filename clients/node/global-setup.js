// One mock for all test files, each in a namespace of its own: globalSetup of vitest, and
// --test-global-setup of Node.js 24.
import { startMock } from "./index.js";

let mock;

export async function setup() {
    if (!process.env.LEADWAY_BASE_URL) mock = await startMock();
}

export async function teardown() {
    await mock?.stop();
}

export { setup as globalSetup, teardown as globalTeardown };
