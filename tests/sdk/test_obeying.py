"""Every command ends in a sentence when nobody can write, or hear, what it says."""

from __future__ import annotations

import errno
import io
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leadway_command import INTERRUPTED, UNHEARD, UNWRITTEN, obeyed
from leadway_mock.agents import ECHO_ID

FULL = Path("/dev/full")
LEADWAY = ["-m", "leadway"]

on_a_full_disk = pytest.mark.skipif(
    not FULL.exists(), reason="this system has no file that is always full"
)


def ended(
    *command: str, stdout: int, unbuffered: bool = False, cwd: Path | None = None
) -> tuple[int, str]:
    """Run a command of Python; return its exit code, and what it says on standard error."""
    own = ("LEADWAY_", "PYTHONUNBUFFERED")
    environment = {key: text for key, text in os.environ.items() if not key.startswith(own)}
    process = subprocess.run(
        [sys.executable, *command],
        stdout=stdout,
        stderr=subprocess.PIPE,
        input="Hello\n",
        env=environment | ({"PYTHONUNBUFFERED": "1"} if unbuffered else {}),
        cwd=cwd,
        text=True,
        check=False,
        timeout=60,
    )
    return process.returncode, process.stderr


def full(*command: str, unbuffered: bool = False, cwd: Path | None = None) -> tuple[int, str]:
    with FULL.open("w") as disk:
        return ended(*command, stdout=disk.fileno(), unbuffered=unbuffered, cwd=cwd)


def unheard(*command: str, cwd: Path | None = None) -> tuple[int, str]:
    heard_by, written_to = os.pipe()
    os.close(heard_by)
    try:
        return ended(*command, stdout=written_to, cwd=cwd)
    finally:
        os.close(written_to)


@pytest.fixture
def command(url: str, tmp_path: Path) -> Callable[[str], list[str]]:
    """Spell a command for this mock, in a folder with a dialogue."""
    (tmp_path / "talk.txt").write_text("user: hi\nagent: Hello\n")

    def spelt(text: str) -> list[str]:
        names = {"AGENT": ECHO_ID, "URL": url, "PORT": url.rpartition(":")[2]}
        return [names.get(word, word) for word in text.split()]

    return spelt


COMMANDS = [
    "leadway --help",
    "leadway --version",
    "leadway execute AGENT Hello --mock URL",
    "leadway execute AGENT Hello --mock URL --json",
    "leadway execute inactiveagent00000000000 Hello --mock URL --json",
    "leadway execute --help",
    "leadway chat AGENT --mock URL",
    "leadway doctor --mock URL",
    "leadway mock --port 0",
    "leadway mock --port 0 --workers 2",
    "leadway mock --help",
    "leadway mock check talk.txt",
    "leadway mock env --port PORT",
    "leadway mock exec --help",
    "leadway_mock check talk.txt",
]


@on_a_full_disk
@pytest.mark.parametrize("text", COMMANDS)
def test_a_full_disk_is_told_in_one_sentence(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    code, told = full("-m", *command(text), cwd=tmp_path)
    assert code == UNWRITTEN
    assert told.startswith("leadway")
    assert "standard output cannot be written (No space left on device)" in told
    assert told.count("\n") == 1


@on_a_full_disk
@pytest.mark.parametrize(
    "text", ["leadway --version", "leadway execute --help", "leadway mock check talk.txt"]
)
def test_nor_is_it_missed_where_python_keeps_no_buffer(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    """Then it is argparse that meets the full disk, and says nothing of it."""
    code, told = full("-m", *command(text), unbuffered=True, cwd=tmp_path)
    assert (code, told.count("\n")) == (UNWRITTEN, 1)


@on_a_full_disk
def test_where_no_error_can_be_told_either_the_exit_code_tells_it(url: str) -> None:
    with FULL.open("w") as disk:
        call = [sys.executable, *LEADWAY, "execute", ECHO_ID, "Hello", "--mock", url]
        done = subprocess.run(call, stdout=disk, stderr=disk, check=False, timeout=60)
    assert done.returncode == UNWRITTEN


@on_a_full_disk
def test_what_a_command_runs_meets_the_disk_itself() -> None:
    run = ["exec", "--", sys.executable, "-c", "import sys; sys.stdout.close()"]
    assert full(*LEADWAY, "mock", *run) == (0, "")


@on_a_full_disk
def test_no_worker_outlives_a_mock_that_cannot_say_where_it_is() -> None:
    command = [sys.executable, *LEADWAY, "mock", "--port", "0", "--workers", "2"]
    with (
        FULL.open("w") as disk,
        subprocess.Popen(
            command, stdout=disk, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process,
    ):
        assert process.wait(timeout=60) == UNWRITTEN
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    "text", ["leadway --version", "leadway mock check talk.txt", "leadway mock --port 0"]
)
def test_nobody_to_hear_it_is_told_to_nobody(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    assert unheard("-m", *command(text), cwd=tmp_path) == (UNHEARD, "")


def test_workers_bear_a_standard_output_that_is_closed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    closing = (
        "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    mock = [*LEADWAY, "mock", "--port", str(port), "--workers", "2"]
    log = tmp_path / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen([sys.executable, "-c", closing, *mock], stderr=errors) as process,
    ):
        while ended(*LEADWAY, "mock", "env", "--port", str(port), stdout=subprocess.DEVNULL)[0]:
            assert process.poll() is None, log.read_text()
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert "Traceback" not in log.read_text()


class Broken(io.StringIO):
    """Standard output, broken in one of two places."""

    def __init__(self, where: str, number: int) -> None:
        super().__init__()
        self.where, self.number = where, number

    def write(self, text: str) -> int:
        if self.where == "write":
            raise OSError(self.number, os.strerror(self.number))
        return super().write(text)

    def flush(self) -> None:
        if self.where == "flush":
            raise OSError(self.number, os.strerror(self.number))


def speaking() -> int:
    return sys.stdout.write("Hello\n") - 6


@pytest.mark.parametrize("where", ["write", "flush"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, UNWRITTEN), (errno.EIO, UNWRITTEN), (errno.EPIPE, UNHEARD)],
)
def test_it_shows_at_once_or_at_the_end(
    where: str,
    number: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(where, number))
    assert obeyed(speaking, "leadway x") == code
    told = f"leadway x: standard output cannot be written ({os.strerror(number)}); "
    assert capsys.readouterr().err.startswith(told) == (code == UNWRITTEN)


def test_another_failure_is_not_laid_at_its_door() -> None:
    def failing() -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "a file of its own")

    with pytest.raises(OSError, match="a file of its own"):
        obeyed(failing, "leadway x")


def test_a_command_that_is_interrupted_says_what_it_had_to_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted() -> int:
        sys.stdout.write("Hello\n")
        raise KeyboardInterrupt

    before = sys.stdout
    assert obeyed(interrupted, "leadway x") == INTERRUPTED
    assert sys.stdout is before
    assert capsys.readouterr().out == "Hello\n"
