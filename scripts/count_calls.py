"""Count the mock's own function calls in one turn.

    .venv/bin/python scripts/count_calls.py [--no-journal] [--pipeline] [--functions]

Sends the vendor's sample with input variables, a contact and `?source=api` several times, then
counts the calls of one more turn: of functions, generators and comprehensions in the mock's files.
Of several turns it takes the one with the fewest calls, without the work of each second or minute.
"""

import argparse
import gc
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from uuid import uuid4

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state.journal import Journal
from leadway_mock.web import create_app

PATH = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
QUERY = "source=api"
HEADERS = {
    "Host": "127.0.0.1",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": "python-httpx/0.28.1",
    "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}
BODY = {
    "locationId": "C2QujeCh8ZnC7al2InWR",
    "inputVariables": {"customerName": "Ada Lovelace", "plan": "premium"},
}
WARM_UP_TURNS, COUNTED_TURNS, OK = 20, 5, 200
JOURNAL_ENTRY: CodeType = Journal.entry_write.__code__
"""With --no-journal, this function and the functions that it calls do not count."""

PACKAGE = "leadway_mock"


class CallCounter:
    """Profile function that counts calls of functions of the mock."""

    def __init__(self, leave_out: CodeType | None) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.changes = 0
        self._leave_out = leave_out
        self._left_out = 0
        self._file = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call; keep track of whether the journal entry is being written."""
        code = frame.f_code
        if code is self._leave_out:
            self._left_out += {"call": 1, "return": -1}.get(event, 0)
        if event == "call" and not self._left_out and code is not self._leave_out:
            self._count(code)

    def _count(self, code: CodeType) -> None:
        path = Path(code.co_filename)
        if PACKAGE not in path.parts:
            return
        file = "/".join(path.parts[path.parts.index(PACKAGE) + 1 :])
        self.calls[file, code.co_qualname] += 1
        self.changes += file != self._file
        self._file = file

    @property
    def files(self) -> int:
        """Number of files with at least one call."""
        return len({file for file, _ in self.calls})


def new_body() -> bytes:
    """Return a body with a new message and a new contact, as different clients send them."""
    message, contact = f"How can you help me? {uuid4()}", uuid4().hex[:20]
    return json.dumps({"message": message, "contactId": contact, **BODY}).encode()


def through_pipeline() -> Callable[[], int]:
    """Return a function that sends the request to the pipeline, and returns the status."""
    emulator = build_emulator(Settings(quiet=True))
    headers = {name.lower(): value for name, value in HEADERS.items()}

    def send() -> int:
        body = new_body()
        sized = {**headers, "content-length": str(len(body))}
        return emulator.handle(Request("POST", PATH, QUERY, sized, body)).status

    return send


def through_application() -> Callable[[], int]:
    """Return the same for the test client of `create_app()`, with the web framework."""
    client = create_app(Settings(quiet=True)).test_client()
    url = f"{PATH}?{QUERY}"
    return lambda: client.post(url, data=new_body(), headers=HEADERS).status_code


def count(send: Callable[[], int], *, journal: bool) -> CallCounter:
    """Return the calls of one turn after the warm-up: the fewest of several."""
    for _ in range(WARM_UP_TURNS):
        send()
    turns = [count_once(send, journal=journal) for _ in range(COUNTED_TURNS)]
    return min(turns, key=lambda turn: turn.calls.total())


def count_once(send: Callable[[], int], *, journal: bool) -> CallCounter:
    """Return the calls of the next turn."""
    counter = CallCounter(None if journal else JOURNAL_ENTRY)
    gc.collect()  # Otherwise the closing of an earlier application may count.
    gc.disable()
    sys.setprofile(counter)
    status = send()
    sys.setprofile(None)
    gc.enable()
    if status != OK:
        sys.exit(f"The response has status {status}. The sample must be valid.")
    return counter


def main() -> int:
    """Print the counts as a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--no-journal", action="store_true", help="leave out the journal entry")
    parser.add_argument("--pipeline", action="store_true", help="leave out the web framework")
    parser.add_argument("--functions", action="store_true", help="also list all functions")
    options = parser.parse_args()
    send = through_pipeline() if options.pipeline else through_application()
    counter = count(send, journal=not options.no_journal)
    print(f"calls             {counter.calls.total():5}")
    print(f"files             {counter.files:5}")
    print(f"changes of file   {counter.changes:5}")
    if options.functions:
        for (file, function), number in sorted(counter.calls.items()):
            print(f"{number:5}  {file}  {function}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
