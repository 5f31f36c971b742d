// A test process that ends without a chance to stop its mock.
import { startMock } from "leadway-mock-testing";

const mock = await startMock();
console.log(mock.url);
process.kill(process.pid, "SIGKILL");
