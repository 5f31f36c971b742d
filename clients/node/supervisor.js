// Runs a program, and ends it as soon as the standard input closes: the test process has stopped it
// or has ended, in whatever way.
import { spawn } from "node:child_process";

const KILL_AFTER_MS = 5000;

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });

function stop() {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}

child.on("error", (error) => {
    console.error(error.message);
    process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));
process.stdin.on("error", stop).on("end", stop).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
