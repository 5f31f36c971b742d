"""`leadway record`: from a live conversation to a dialogue that plays; nothing private is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway_mock.cli.record import main
from leadway_mock.testing import Mock
from tests.contract.programs import Program, running
from tests.mock.recording.canaries import CANARIES, CONTACT, INTRODUCTION, NAME, PATH, traces_in
from tests.mock.recording.servers import Received, Reply, serving
from tests.tls import Authority

LEADWAY = str(Path(sys.executable).with_name("leadway"))
LOCAL = ("--allow-private", "--allow-http")
AGENT = "liveagent000000000000000"
DIALOGUE = """
agent: liveagent000000000000000
turns:
  - {user: haircut, agent: "Which day, {{variables.first}}?"}
  - {user: monday, agent: "Session {{executionId}} is closed on Mondays.", latency: 50ms}
  - {user: friday, agent: Done., fault: {status: 500}}
"""

SCRIPT = """
import os
import httpx

session = {}
with httpx.Client(base_url=os.environ["LEADWAY_BASE_URL"], trust_env=False) as client:
    for message in ("A haircut", "monday", "friday", "friday"):
        headers = {"Authorization": "Bearer TOKEN", "Version": "2021-07-28"}
        body = {"message": message, "locationId": "C2QujeCh8ZnC7al2InWR", **session}
        path = "/agent-studio/agent/liveagent000000000000000/execute"
        response = client.post(path, json=body, headers=headers)
        if response.status_code == 200:
            session = {"executionId": response.json()["executionId"]}
        print(response.status_code)
"""
TOKEN = "pit-12345678-1234-4234-8234-123456789abc"


@pytest.fixture
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """A mock that plays the service."""
    path = tmp_path_factory.mktemp("live") / "dialogue.yaml"
    path.write_text(DIALOGUE)
    with Mock(any_token=True, strict=False, dialogues=str(path)) as mock:
        yield mock


@pytest.fixture
def script(tmp_path: Path) -> list[str]:
    path = tmp_path / "talk.py"
    path.write_text(SCRIPT.replace("TOKEN", TOKEN))
    return [sys.executable, str(path)]


@contextmanager
def recording(url: str, folder: Path, *flags: str) -> Iterator[Program]:
    words = [LEADWAY, "record", "--upstream", url, "--out", "talk.yaml", "--raw", "raw.json"]
    ready = r"\Alistening on (\S+)$"
    with running([*words, *LOCAL, "--port", "0", *flags], f"(?m){ready}", folder=folder) as program:
        yield program


def say(url: str, message: str, **fields: Any) -> httpx.Response:
    body = {"message": message, "locationId": "C2QujeCh8ZnC7al2InWR", **fields}
    headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
    path = f"{url}/agent-studio/agent/{AGENT}/execute"
    return httpx.post(path, json=body, headers=headers, trust_env=False)


def test_a_recorded_conversation_plays_in_parallel_sessions_with_new_ids(
    live: Mock, tmp_path: Path
) -> None:
    with recording(live.url, tmp_path) as program:
        first = say(program.url, "A haircut", inputVariables={"first": "Ada"}).json()
        session = first["executionId"]
        assert say(program.url, "monday", executionId=session).status_code == 200
        assert say(program.url, "friday", executionId=session).status_code == 500
        assert say(program.url, "friday", executionId=session).json()["response"] == "Done."
        assert program.stop() == 0
        log = program.log.read_text()
    assert log.startswith(f"listening on {program.url}\n")
    assert "talk.yaml: a dialogue of agent liveagent000000000000000" in log
    text = (tmp_path / "talk.yaml").read_text()
    assert session not in text
    with Mock(any_token=True, strict=False, dialogues=str(tmp_path / "talk.yaml")) as mock:
        one, two = (say(mock.url, "A haircut").json() for _ in range(2))
        assert len({one["executionId"], two["executionId"], session}) == 3
        for each in (one, two):
            reply = say(mock.url, "monday", executionId=each["executionId"]).json()
            text = f"Session {each['executionId']} is closed on Mondays."
            assert reply["response"] == text
        assert say(mock.url, "friday", executionId=one["executionId"]).status_code == 500
        done = say(mock.url, "friday", executionId=one["executionId"]).json()
        assert done["response"] == "Done."


def test_a_command_is_recorded_twice(
    live: Mock, tmp_path: Path, script: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "talk.yaml"
    flags = ["--upstream", live.url, "--out", str(out), *LOCAL, "--port", "0", "--twice"]
    assert main([*flags, "--", *script]) == 0
    shown = capfd.readouterr()
    assert shown.out.split() == ["200", "200", "500", "200"] * 2
    text = out.read_text()
    header = "/response/headers/x-ratelimit-daily-remaining"
    assert f"# Noise, 4 exchanges: {header}. It counts requests over both runs.\n" in text
    assert "/executionId" not in text


def test_files_are_written_again_with_more_private_texts(
    live: Mock, tmp_path: Path, script: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, raw, names = (tmp_path / name for name in ("talk.yaml", "raw.json", "names.txt"))
    files = ["--out", str(out), "--raw", str(raw)]
    assert main(["--upstream", live.url, *files, *LOCAL, "--port", "0", "--", *script]) == 0
    names.write_text("haircut\n")
    again = ["--from", str(raw), *files, "--private", str(names)]
    with pytest.raises(SystemExit):
        main(again)
    assert main([*again, "--force"]) == 0
    assert "haircut" not in out.read_text() + raw.read_text()
    assert "/^A (?P<private>.+?)$/s" in out.read_text()
    capsys.readouterr()
    assert main(["--from", str(names), *files, "--force"]) == 2
    assert "names.txt: is no valid JSON" in capsys.readouterr().err


def test_the_exit_code_is_that_of_the_command(live: Mock, tmp_path: Path) -> None:
    flags = ["--upstream", live.url, "--out", str(tmp_path / "talk.yaml"), *LOCAL, "--port", "0"]
    assert main([*flags, "--", "sh", "-c", "exit 3"]) == 3
    assert main([*flags, "--", "no-such-command"]) == 127
    assert list(tmp_path.iterdir()) == []


def test_certificates_of_the_service_are_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    authority = Authority.made(tmp_path)
    get = "import os, httpx; print(httpx.get(os.environ['LEADWAY_BASE_URL'] + '/x').status_code)"
    with serving(lambda _: Reply(), authority.presenting("localhost")) as url:
        upstream = url.replace("127.0.0.1", "localhost")
        flags = ["--upstream", upstream, "--allow-private", "--port", "0", "--force"]
        files = ["--out", str(tmp_path / "talk.yaml"), "--raw", str(tmp_path / "raw.json")]
        call = [*flags, *files, "--", sys.executable, "-c", get]
        assert main(call) == 0
        assert capfd.readouterr().out == "502\n"
        assert '"failure": "tls"' in (tmp_path / "raw.json").read_text()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert main(call) == 0
        assert capfd.readouterr().out == "200\n"


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--out", "x.txt"], "x.txt: must end in .yaml"),
        (["--out", "there.yaml"], "there.yaml: exists, and may have been edited."),
        (["--out", "x.yaml", "--raw", "there.yaml"], "--force replaces files that exist."),
        (["--out", "none/x.yaml"], "none/x.yaml: there is no folder none."),
        (["--out", "x.yaml", "--twice"], "--twice runs a command twice"),
        (["--out", "x.yaml", "--from", "x"], "not allowed with argument --upstream"),
        (["--out", "x.yaml", "--upstream", "http://127.0.0.1"], "is not encrypted"),
        (["--out", "x.yaml"], "127.0.0.1, which is not public"),
        (["--out", "x.yaml", "--private", "none"], "--private none: cannot be read: No such file"),
        (["--out", "x.yaml", *LOCAL, "--port", "99999"], "a port is a number from 0"),
        (["--out", "x.yaml", *LOCAL, "--port", "443"], "port 443 is that of the upstream"),
    ],
)
def test_usage_errors(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.yaml").write_text("")
    upstream = [] if "--upstream" in flags else ["--upstream", "https://127.0.0.1"]
    try:
        code = main([*upstream, *flags])
    except SystemExit as error:
        code = error.code  # type: ignore[assignment]  # argparse's codes are numbers
    assert code == 2
    assert reason in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["there.yaml"]


def secretive(_: Received) -> Reply:
    """Respond with all canaries, in a header and the body."""
    shown = " and ".join([*CANARIES, CONTACT])
    body = f'{{"executionId": "session0001", "response": "{shown}"}}'
    return Reply(200, body.encode(), {"X-Note": shown, "Location": f"/x?a={shown}"})


def send_canaries(url: str, number: int) -> None:
    shown = " and ".join(CANARIES)
    headers = {"Authorization": f"Bearer {CANARIES[0]}", "X-Note": shown}
    body = {**INTRODUCTION, "message": f"{number}: {shown}"}
    with suppress(httpx.TransportError):
        httpx.post(
            f"{url}{PATH}",
            params={"q": shown},
            json=body,
            headers=headers,
            trust_env=False,
            timeout=10,
        )


def everything_in(folder: Path) -> list[str]:
    return [
        each.read_bytes().decode("utf-8", "replace") for each in folder.rglob("*") if each.is_file()
    ]


def test_canaries_reach_no_file_and_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, temporary = tmp_path / "work", tmp_path / "tmp"
    folder.mkdir()
    temporary.mkdir()
    (tmp_path / "names.txt").write_text(f"{NAME}\n")
    monkeypatch.setenv("TMPDIR", str(temporary))
    with (
        serving(secretive) as url,
        recording(url, folder, "--private", str(tmp_path / "names.txt")) as program,
    ):
        for number in range(3):
            send_canaries(program.url, number)
        httpx.get(f"{program.url}/contacts/{CONTACT}/{CANARIES[3]}", trust_env=False)
        program.stop()
        log = program.log.read_text()
    assert "POST /agent-studio" in log
    assert traces_in([log, *everything_in(folder), *everything_in(temporary)]) == []
    assert sorted(each.name for each in folder.iterdir()) == ["raw.json", "talk.yaml"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_recorder_leaves_no_canary_and_whole_files(tmp_path: Path) -> None:
    order = random.Random(7)  # noqa: S311 - moments to kill, the same on every run
    with serving(secretive) as url:
        for attempt in range(2):
            folder = tmp_path / str(attempt)
            folder.mkdir()
            with recording(url, folder) as program:
                numbers = iter(range(1_000))
                ended = threading.Event()

                def send(
                    url: str = program.url,
                    numbers: Iterator[int] = numbers,
                    ended: threading.Event = ended,
                ) -> None:
                    while not ended.is_set():
                        send_canaries(url, next(numbers))

                sender = threading.Thread(target=send)
                sender.start()
                while not (folder / "talk.yaml").exists():
                    time.sleep(0.01)
                time.sleep(order.uniform(0.0, 0.1))
                os.kill(program.process.pid, signal.SIGKILL)
                ended.set()
                sender.join()
                program.process.wait()
            assert traces_in(everything_in(folder)) == []
            check = [LEADWAY, "mock", "check", str(folder / "talk.yaml")]
            done = subprocess.run(check, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
