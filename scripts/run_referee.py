"""Let Prism judge: run the contract suite against our mock, through Prism's validating proxy.

Prism passes everything on and logs what contradicts the contract, in requests and in answers. Any
answer that does fails this run, and so does a request that does but was answered with success.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
"""Seconds that a program may take to say that it listens."""

REFUSED = 400
"""The lowest status that refuses a request."""

STATUS = re.compile(r"The upstream call to .* has returned (\d{3})")
VIOLATION = re.compile(r"Violation: ((request|response)\b.*)")


@dataclass(slots=True)
class Exchange:
    """One request as Prism's log tells it: what our mock answered, and what was wrong."""

    statuses: list[int] = field(default_factory=list)
    request: list[str] = field(default_factory=list)
    response: list[str] = field(default_factory=list)

    def findings(self) -> list[str]:
        """Return what breaks the contract, with the status of the answer."""
        status = "/".join(map(str, self.statuses))
        accepted = [text for text in self.request if max(self.statuses, default=0) < REFUSED]
        return [
            *(f"{status}: {text}" for text in self.response),
            *(f"{status}, though {text}" for text in accepted),
        ]


def exchanges(log: Sequence[str]) -> list[Exchange]:
    """Read Prism's log; requests that overlap in time may be taken for one."""
    found: list[Exchange] = []
    for line in log:
        if "Request received" in line:
            found.append(Exchange())
        elif status := STATUS.search(line):
            found[-1].statuses.append(int(status[1]))
        elif violation := VIOLATION.search(line):
            side = found[-1].request if violation[2] == "request" else found[-1].response
            side.append(violation[1])
    return found


def judge(log: Sequence[str]) -> list[str]:
    """Return every finding of a log, each once; a log without a single request is one too."""
    seen = exchanges(log)
    if not seen:
        return ["Prism saw no request, so it has judged nothing"]
    return list(dict.fromkeys(text for exchange in seen for text in exchange.findings()))


@contextmanager
def running(command: Sequence[str], log: Path, sign: str) -> Iterator[str]:
    """Run a server until it has written the line that `sign` matches; give the match's group 1."""
    with log.open("w") as output, subprocess.Popen(command, cwd=ROOT, stdout=output) as server:
        try:
            yield wait_for(sign, log, server)
        finally:
            server.terminate()


def wait_for(sign: str, log: Path, server: subprocess.Popen[bytes]) -> str:
    """Return group 1 of `sign` as soon as it stands in the log.

    Raises:
        RuntimeError: the server ended, or did not write it in time.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(sign, log.read_text()):
            return found[1]
        time.sleep(0.05)
    message = f"this did not start:\n{log.read_text()}"
    raise RuntimeError(message)


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(pytest_arguments: Sequence[str]) -> int:
    """Run the suite through the proxy, then read what the referee has written down."""
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        programs = Path(sys.executable).parent
        mock = [str(programs / "leadway"), "mock", "--port", "0"]
        url = stack.enter_context(running(mock, logs / "mock", r"listening on (\S+)\n"))
        proxy = ["sh", "scripts/npx.sh", "prism", "proxy", "--port", str(free_port())]
        proxy += ["openapi/leadway.yaml", url]
        judged = running(proxy, logs / "prism", r"Prism is listening on (\S+)\n")
        environment = {**os.environ, "LEADWAY_BASE_URL": stack.enter_context(judged)}
        suite = [str(programs / "pytest"), "tests/contract", "--target", "referee"]
        tests = subprocess.run([*suite, *pytest_arguments], cwd=ROOT, env=environment, check=False)
        findings = judge((logs / "prism").read_text().splitlines())
    print("\n".join(["", *findings]) if findings else "Prism found no violation.")
    return tests.returncode or bool(findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
