"""Every command reports a standard output that cannot be written, in one line."""

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

from leadway_command import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_IO_ERROR, run_command
from leadway_mock.agents.builtin import ECHO_ID

FULL = Path("/dev/full")
LEADWAY = ["-m", "leadway"]

on_a_full_disk = pytest.mark.skipif(
    not FULL.exists(), reason="this system has no file that is always full"
)


def run_python(
    *command: str, stdout: int, unbuffered: bool = False, cwd: Path | None = None
) -> tuple[int, str]:
    """Run a command of Python; return its exit code and standard error."""
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


def run_on_full_disk(
    *command: str, unbuffered: bool = False, cwd: Path | None = None
) -> tuple[int, str]:
    with FULL.open("w") as disk:
        return run_python(*command, stdout=disk.fileno(), unbuffered=unbuffered, cwd=cwd)


def run_with_closed_pipe(*command: str, cwd: Path | None = None) -> tuple[int, str]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run_python(*command, stdout=writer, cwd=cwd)
    finally:
        os.close(writer)


@pytest.fixture
def command(url: str, tmp_path: Path) -> Callable[[str], list[str]]:
    """Return the arguments of a command for this mock, in a folder with a dialogue."""
    (tmp_path / "talk.txt").write_text("user: hi\nagent: Hello\n")

    def arguments(text: str) -> list[str]:
        names = {"AGENT": ECHO_ID, "URL": url, "PORT": url.rpartition(":")[2]}
        return [names.get(word, word) for word in text.split()]

    return arguments


COMMANDS = [
    "leadway --help",
    "leadway --version",
    "leadway execute AGENT Hello --mock-url URL",
    "leadway execute AGENT Hello --mock-url URL --json",
    "leadway execute inactiveagent00000000000 Hello --mock-url URL --json",
    "leadway execute --help",
    "leadway chat AGENT --mock-url URL",
    "leadway doctor --mock-url URL",
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
def test_a_full_disk_is_reported_in_one_line(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    code, printed = run_on_full_disk("-m", *command(text), cwd=tmp_path)
    assert code == EXIT_IO_ERROR
    assert printed.startswith("leadway")
    assert "standard output cannot be written (No space left on device)" in printed
    assert printed.count("\n") == 1


@on_a_full_disk
@pytest.mark.parametrize(
    "text", ["leadway --version", "leadway execute --help", "leadway mock check talk.txt"]
)
def test_a_full_disk_is_reported_with_unbuffered_output(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    """Argparse ignores the `OSError` of its own write."""
    code, printed = run_on_full_disk("-m", *command(text), unbuffered=True, cwd=tmp_path)
    assert (code, printed.count("\n")) == (EXIT_IO_ERROR, 1)


@on_a_full_disk
def test_the_exit_code_is_set_if_stderr_is_full_too(url: str) -> None:
    with FULL.open("w") as disk:
        call = [sys.executable, *LEADWAY, "execute", ECHO_ID, "Hello", "--mock-url", url]
        done = subprocess.run(call, stdout=disk, stderr=disk, check=False, timeout=60)
    assert done.returncode == EXIT_IO_ERROR


@on_a_full_disk
def test_a_child_process_has_the_original_stdout() -> None:
    run = ["exec", "--", sys.executable, "-c", "import sys; sys.stdout.close()"]
    assert run_on_full_disk(*LEADWAY, "mock", *run) == (0, "")


@on_a_full_disk
def test_no_worker_survives_a_mock_that_cannot_print_its_address() -> None:
    command = [sys.executable, *LEADWAY, "mock", "--port", "0", "--workers", "2"]
    with (
        FULL.open("w") as disk,
        subprocess.Popen(
            command, stdout=disk, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process,
    ):
        assert process.wait(timeout=60) == EXIT_IO_ERROR
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    "text", ["leadway --version", "leadway mock check talk.txt", "leadway mock --port 0"]
)
def test_a_closed_pipe_is_not_reported(
    text: str, command: Callable[[str], list[str]], tmp_path: Path
) -> None:
    assert run_with_closed_pipe("-m", *command(text), cwd=tmp_path) == (EXIT_BROKEN_PIPE, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no worker processes")
def test_workers_tolerate_a_closed_stdout(tmp_path: Path) -> None:
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
        while run_python(*LEADWAY, "mock", "env", "--port", str(port), stdout=subprocess.DEVNULL)[
            0
        ]:
            assert process.poll() is None, log.read_text()
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert "Traceback" not in log.read_text()


class BrokenStdout(io.StringIO):
    """Standard output whose `write` or `flush` fails."""

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


def print_hello() -> int:
    return sys.stdout.write("Hello\n") - 6


@pytest.mark.parametrize("where", ["write", "flush"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, EXIT_IO_ERROR), (errno.EIO, EXIT_IO_ERROR), (errno.EPIPE, EXIT_BROKEN_PIPE)],
)
def test_errors_of_write_and_flush_are_reported(
    where: str,
    number: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdout", BrokenStdout(where, number))
    assert run_command(print_hello, "leadway x") == code
    printed = f"leadway x: standard output cannot be written ({os.strerror(number)}); "
    assert capsys.readouterr().err.startswith(printed) == (code == EXIT_IO_ERROR)


def test_other_errors_are_not_reported_as_stdout_errors() -> None:
    def failing() -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "a file of its own")

    with pytest.raises(OSError, match="a file of its own"):
        run_command(failing, "leadway x")


def test_an_interrupted_command_prints_its_buffer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted() -> int:
        sys.stdout.write("Hello\n")
        raise KeyboardInterrupt

    before = sys.stdout
    assert run_command(interrupted, "leadway x") == EXIT_INTERRUPTED
    assert sys.stdout is before
    assert capsys.readouterr().out == "Hello\n"
