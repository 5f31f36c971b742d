"""`leadway load`: conversations that are mixed up are found, and those that are not pass."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.cli.load import main
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.dialogues import parse_dialogue
from leadway_mock.load.invariants import InvariantChecks, TalkerSession
from leadway_mock.load.script import Line, ScriptError, dialogue_lines
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import Append, Write, open_store
from leadway_mock.testing import Mock
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server

FAST = ("--think", "1ms", "--timeout", "10s")
BOOKING = """
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
"""


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("LEADWAY_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(any_token=True, strict=False) as mock:
        yield mock


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Run a load; return its exit code and its JSON."""
    code = main([*arguments, *FAST, "--json"])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, json.loads(printed.out)


def test_every_talker_keeps_its_session(mock: Mock, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(capsys, mock.url, "--talkers", "30", "--turns", "6")
    assert (code, report["passed"]) == (0, True)
    counts = [report[name] for name in ("talkers", "sessions", "transcripts", "responses")]
    assert counts == [30, 30, 30, 180]
    assert [each["count"] for each in report["turns"]] == [30] * 6
    for each in [*report["turns"], report["all"]]:
        assert 0 < each["p50"] <= each["p90"] <= each["p99"] <= each["max"]
    assert len(mock.sessions) == 30
    assert len({len(session.turns) for session in mock.sessions}) == 1


def test_a_dialogue_is_played_again_and_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "booking.txt"
    file.write_text(BOOKING)
    with Mock(dialogue=file, any_token=True) as mock:
        flags = ("--talkers", "5", "--turns", "4", "--dialogue", str(file))
        code, report = run(capsys, mock.url, *flags)
        assert (code, report["sessions"], report["responses"]) == (0, 10, 20)


def test_another_reply_than_the_scripted_one_is_found(
    mock: Mock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "booking.txt"
    file.write_text(BOOKING)
    code, report = run(capsys, mock.url, "--talkers", "1", "--turns", "2", "--dialogue", str(file))
    assert code == 1
    assert {each["invariant"] for each in report["violations"]} == {"turn-order"}
    assert "not the scripted reply: Turn 1." in report["violations"][0]["text"]


class MixingStore:
    """Store that puts some turns into the session of somebody else."""

    def __init__(self) -> None:
        self.store = open_store("memory:")
        self.mixed: list[set[str]] = []
        self._sessions: list[str] = []
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        with self._lock:
            return self.store.commit([self._mix(each) for each in writes], now=now)

    def _mix(self, write: Write) -> Write:
        if not isinstance(write, Append) or "turns/" not in write.key:
            return write
        if not write.after:
            self._sessions.append(write.key)
        elif write.after == 2 and not self.mixed and len(self._sessions) > 3:
            other = next(each for each in self._sessions if each != write.key)
            self.mixed.append({each.rpartition("/")[2] for each in (other, write.key)})
            last = self.store.last(other)
            position = last.position if last else 0
            return Append(other, write.value, after=position, keep=write.keep)
        return write


@contextmanager
def serving(store: Any) -> Iterator[str]:
    settings = Settings(port=0)
    emulator = Emulator(settings, load_contract(), BUILT_IN, store, SystemClock())
    with (
        closing(emulator),
        open_server(create_app(emulator=emulator), settings, grace=1.0) as server,
    ):
        yield server.url


def test_two_sessions_that_a_store_mixes_up_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    store = MixingStore()
    with serving(store) as url:
        code, report = run(capsys, url, "--talkers", "8", "--turns", "5")
    assert code == 1
    [mixed] = store.mixed
    named = [{each["session"], each["otherSession"]} for each in report["violations"]]
    assert mixed in named, report["violations"]
    assert {each["session"] for each in report["violations"]} <= mixed
    text = next(e for e in report["violations"] if e["otherSession"])["text"]
    assert "marker-" in text


def checks(*exchanges: tuple[int, str, str], count: bool = True) -> list[str]:
    """Check responses (talker, session, text); return the invariants that are broken."""
    found = InvariantChecks(counts_turns=count)
    sessions: dict[int, TalkerSession] = {}
    for number, (talker, session, text) in enumerate(exchanges):
        content = {"executionId": session, "response": text, "interactionId": f"i{number}"}
        own = sessions.setdefault(talker, TalkerSession(talker))
        found.check(own, Line(f"m marker-{talker}"), "m", content)
    return [f"{each.invariant} {each.session} {each.other_session}" for each in found.violations]


@pytest.mark.parametrize(
    ("exchanges", "violations"),
    [
        ([(1, "a", "Turn 1."), (2, "b", "Turn 1."), (1, "a", "Turn 2.")], []),
        ([(1, "a", "Turn 1."), (1, "a", "Turn 3.")], ["turn-order a "]),
        ([(1, "a", ""), (1, "c", "")], ["same-session a c"]),
        ([(1, "a", ""), (2, "a", "")], ["own-session a "]),
        ([(1, "a", ""), (2, "b", ""), (1, "b", "")], ["same-session a b", "own-session a b"]),
        ([(1, "a", ""), (2, "b", ""), (1, "a", "x marker-2.")], ["own-text a b"]),
        ([(1, "a", "x marker-1."), (11, "b", "marker-11")], []),
    ],
)
def test_invariants(exchanges: list[tuple[int, str, str]], violations: list[str]) -> None:
    assert checks(*exchanges) == violations


def test_a_repeated_interaction_is_found() -> None:
    found = InvariantChecks(counts_turns=False)
    for talker, session in ((1, "a"), (2, "b")):
        content = {"executionId": session, "response": "", "interactionId": "same"}
        found.check(TalkerSession(talker), Line("m"), "m", content)
    assert [str(each).partition(",")[0] for each in found.violations] == [
        "own-interaction: session b and session a"
    ]


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([("m", "r"), ("n", "s")], []),
        ([("m", "r")], ["1 turns are stored, and 2 were exchanged"]),
        ([("m", "r"), ("x marker-2", "s")], ["stored is ('x marker-2', 's')"]),
        ([("n", "s"), ("m", "r")], ["stored is ('n', 's')"]),
        ([("m", "r"), ("n", "s"), ("n", "s")], ["3 turns are stored, and 2 were exchanged"]),
    ],
)
def test_transcripts_are_compared(stored: list[tuple[str, str]], found: list[str]) -> None:
    invariants = InvariantChecks(counts_turns=False)
    own = TalkerSession(1, "a", ["m", "n"], ["r", "s"])
    transcript = [{"message": message, "response": text} for message, text in stored]
    invariants.check_transcript(own, transcript)
    assert [each.text for each in invariants.violations] == found


def test_failed_turns_are_counted_and_not_repeated(
    mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    mock.fault(status=500, times=2)
    mock.fault(transport="EMPTY_RESPONSE")
    code, report = run(capsys, mock.url, "--talkers", "6", "--turns", "3")
    assert code == 1
    assert sum(report["failures"].values()) == 3
    assert report["failures"]["status 500"] == 2
    assert report["violations"] == []
    assert len(mock.journal.find()) == 3 + 3 * 3


def test_text_and_plot_say_the_same(
    mock: Mock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "load.svg"
    flags = ("--talkers", "4", "--turns", "3", "--plot", str(plot), *FAST)
    assert main([mock.url, *flags]) == 0
    first, head, *rows, last = capsys.readouterr().out.splitlines()
    assert re.match(r"4 talkers, 4 sessions, 12 turns in [\d.]+ s: \d+ turns a second$", first)
    assert head.split() == ["turn", "count", "p50", "ms", "p90", "ms", "p99", "ms", "max", "ms"]
    assert [row.split()[:2] for row in rows] == [["1", "4"], ["2", "4"], ["3", "4"], ["all", "12"]]
    assert last == "passed: every talker kept its own session"
    root = ET.fromstring(plot.read_text("utf-8"))  # noqa: S314 - our own file
    assert root.attrib["viewBox"]
    curves = [each for each in root if each.tag.endswith("polyline")]
    assert [len(each.attrib["points"].split()) for each in curves] == [3, 3, 3]


def test_pauses_are_around_the_mean(mock: Mock, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [mock.url, "--talkers", "3", "--turns", "3", "--think", "100ms", "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] >= 0.1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["http://192.0.2.1:4010"], "If it is yours to load, add --allow-host 192.0.2.1."),
        (["http://mock.example"], "add --allow-host mock.example"),
        (["https://services.leadconnectorhq.com"], "is the real service"),
        (["--talkers", "0"], "--talkers must be a whole number from 1 to 10000, not '0'"),
        (["--turns", "1e3"], "--turns must be a whole number from 1 to 1000"),
        (["--think", "long"], "--think must be a duration"),
        (["--dialogue", "/nowhere/x.txt"], "/nowhere/x.txt"),
    ],
)
def test_wrong_usage(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert text in printed.err
    assert printed.err.startswith("leadway load: ")


def test_nobody_there_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    code, report = run(capsys, f"http://127.0.0.1:{port}", "--talkers", "2", "--turns", "2")
    assert (code, report["responses"]) == (1, 0)
    assert all(each.startswith("no connection: ") for each in report["failures"])


PATTERNS = [
    ("user: haircut", "haircut"),
    ("user: ='Yes'", "='Yes'"),
    ('user: ="Yes"', "Yes"),
    ("user: *", "Hello"),
    ("user: /(?P<day>monday|tuesday)/i", "monday"),
    (r"user: /^\d{3}-[a-z]+ (?:yes)? *$/", "111-a yes "),
    (r"user: /order (?P<n>[0-9]{2,}) now\??/", "order 00 now?"),
]


@pytest.mark.parametrize(("line", "message"), PATTERNS)
def test_a_message_is_found_for_each_pattern(line: str, message: str) -> None:
    [only] = dialogue_lines(parse_dialogue(f"{line}\nagent: Ok"), 1)
    assert only.message == message
    assert only.reply == "Ok"


def test_lines_follow_the_dialogue_and_know_its_replies() -> None:
    first, second, third = dialogue_lines(parse_dialogue(BOOKING), 3)
    assert (first.reply, second.reply) == ("Which day?", "monday it is.")
    assert [each.is_first for each in (first, second, third)] == [True, False, True]
    exact, *_ = dialogue_lines(parse_dialogue('user: ="Yes"\nagent: {{executionId}}'), 1)
    assert (exact.may_be_marked, exact.reply) == (False, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {user: a, agent: b, when: {contact: c}}", "needs variables, a contact or attachments"),
        ("- {user: '/(?!x)(?=y)z/', agent: b}", "no message for /"),
    ],
)
def test_a_dialogue_that_talkers_cannot_play_is_named(text: str, why: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(why)):
        dialogue_lines(parse_dialogue(text, file="a.yaml"), 1)


def test_the_command_is_installed(mock: Mock) -> None:
    command = [sys.executable, "-m", "leadway", "load", mock.url, "--talkers", "2", "--turns", "2"]
    done = subprocess.run(
        [*command, *FAST], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="the system has no such limit")
@pytest.mark.parametrize(("limit", "code"), [("-S -n 100", 0), ("-n 100", 2)])
def test_the_limit_of_files_is_raised_or_named(mock: Mock, limit: str, code: int) -> None:
    arguments = [mock.url, "--talkers", "150", "--turns", "1", *FAST]
    command = [sys.executable, "-m", "leadway", "load", *arguments]
    lower = ["sh", "-c", f'ulimit {limit} && exec "$@"', "sh"]
    done = subprocess.run(
        [*lower, *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, done.stderr
    named = "this process may open 100 files, so --talkers must be at most 36." in done.stderr
    assert named == (code == 2)


def test_progress_is_shown_in_a_terminal(
    mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    arguments = [mock.url, "--talkers", "3", "--turns", "4", "--think", "200ms"]
    assert main(arguments) == 0
    shown = capsys.readouterr().err
    assert re.search(
        r"\r\x1b\[K\d+/12 turns, \d talkers, 0 failed, 0 mixed up, p50 [\d.]+ ms", shown
    )
    assert shown.endswith("\r\x1b[K")
