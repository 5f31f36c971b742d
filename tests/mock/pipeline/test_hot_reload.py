"""Hot reload: changes are served, errors reported, and open sessions keep their version."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import contract_file, load_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline import hot_reload
from leadway_mock.pipeline.hot_reload import CHECK_SECONDS, HotReloader, WatchedFile, stamp_of
from leadway_mock.web import PLATFORM, create_app
from tests.mock.client import CURRENT, LOCATION, TOKEN

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
AGENTS = "agents: [{id: desk, name: Desk, replies: [{response: '%s {{turn}}'}]}]"


class Files:
    """A mock over files of its own, with every look at them a new one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.talks = folder / "talks"
        self.talks.mkdir()
        self.write("talks/a.txt", "user: a\nagent: one\nuser: b\nagent: two\n")
        self.write("agents.yaml", AGENTS % "old")
        settings = Settings(dialogues=str(self.talks), agents_file=str(folder / "agents.yaml"))
        self.client: FlaskClient = create_app(settings).test_client()

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        before = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(text)
        os.utime(file, ns=(before + 10**9, before + 10**9))  # Some clocks of files are slow.

    def say(self, message: str, path: str = CURRENT, **fields: str) -> dict[str, Any]:
        body = {"message": message, "locationId": LOCATION, **fields}
        response: dict[str, Any] = self.client.post(path, json=body, headers=HEADERS).json or {}
        return response

    def health(self) -> dict[str, Any]:
        return self.client.get("/__mock/health").json or {}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.setattr(hot_reload, "CHECK_SECONDS", -1.0)
    return Files(tmp_path)


def test_a_dialogue_that_changes_is_served_and_open_sessions_keep_theirs(files: Files) -> None:
    session = files.say("a")["executionId"]
    files.write("talks/a.txt", "user: a\nagent: new one\nuser: b\nagent: new two\n")

    assert files.say("a")["response"] == "new one"
    assert files.say("b", executionId=session)["response"] == "two"


def test_files_may_be_added_and_removed(files: Files) -> None:
    files.write("talks/0.txt", "user: a\nagent: zero\n")
    assert files.say("a")["response"] == "zero"

    (files.talks / "0.txt").unlink()
    assert files.say("a")["response"] == "one"


def test_an_invalid_file_keeps_the_last_valid_one_and_is_reported(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    files.write("talks/a.txt", "user: a\nagnt: one\n")

    assert files.say("a")["response"] == "one"
    assert "`agnt:` is not a speaker" in files.health()["loadErrors"]["dialogues"]
    assert caplog.text.count("last good version") == 1
    files.write("talks/a.txt", "user: a\nagent: fixed\n")
    assert files.say("a")["response"] == "fixed"
    assert files.health()["loadErrors"] == {}


def test_a_missing_folder_keeps_the_last_valid_files(files: Files) -> None:
    shutil.rmtree(files.talks)

    assert files.say("a")["response"] == "one"
    assert "cannot be read" in files.health()["loadErrors"]["dialogues"]


def test_agents_that_change_are_served_and_open_sessions_keep_theirs(files: Files) -> None:
    desk = CURRENT.replace("p1q2r3s4t5u6v7w8x9y0z1a2", "desk")
    (files.talks / "a.txt").unlink()
    files.write("talks/a.yaml", "agent: other\nturns: [{user: a, agent: b}]")
    session = files.say("x", desk)["executionId"]
    files.write("agents.yaml", AGENTS % "new")

    assert files.say("x", desk)["response"] == "new 1"
    assert files.say("x", desk, executionId=session)["response"] == "old 2"
    assert files.say("x", desk, executionId=session)["response"] == "old 3"
    files.write("agents.yaml", "agents: 1")
    assert files.say("x", desk)["response"] == "new 1"
    assert "agents" in files.health()["loadErrors"]


def test_the_contract_is_reloaded_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "contract.yaml"
    copy.write_bytes(contract_file().read_bytes())
    monkeypatch.setattr(hot_reload, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(hot_reload, "MAX_WAIT_SECONDS", 30.0)
    monkeypatch.setattr(hot_reload, "contract_file", lambda: copy)
    monkeypatch.setattr(hot_reload, "load_observed_contract", lambda _: load_contract(copy))
    client = create_app().test_client()
    text = copy.read_text()

    copy.write_text(text.replace("Agent not found", "Agent is elsewhere"))
    missing = client.post(
        CURRENT.replace("p1q2", "none"),
        json={"message": "a", "locationId": LOCATION},
        headers=HEADERS,
    )
    assert missing.json == {"statusCode": 404, "message": "Agent is elsewhere"}
    assert b"Agent is elsewhere" in client.get("/__mock/openapi.yaml").data
    for broken in ("paths: {", "paths: {/a: 1}"):
        copy.write_text(broken)
        health = client.get("/__mock/health").json or {}
        assert "contract" in health["loadErrors"]


def test_files_are_checked_once_a_second_at_most(tmp_path: Path) -> None:
    loads, times = [], iter([0.0, 0.5, 1.5, 1.6, 1.9, 3.0, 3.0])
    file = tmp_path / "x"
    file.write_text("")
    source = WatchedFile("x", file, lambda: loads.append(file.read_text()), {})
    watching = HotReloader((source,), now=lambda: next(times))

    for text in ("1", "22", "333"):
        file.write_text(text)
        watching.check()

    assert CHECK_SECONDS == 1.0
    assert loads == ["22"]


def test_one_thread_checks_files_and_others_continue(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("")
    inside, go_on = threading.Event(), threading.Event()

    def load() -> None:
        inside.set()
        go_on.wait(10)

    clock = iter(float(10 * tick) for tick in range(100))
    watching = HotReloader((WatchedFile("x", file, load, {}),), now=lambda: next(clock))
    file.write_text("changed")
    thread = threading.Thread(target=watching.check)
    thread.start()
    assert inside.wait(10)
    watching.check()
    go_on.set()
    thread.join(10)


def test_a_missing_file_has_a_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / "no") == ((str(tmp_path / "no"), 0, 0),)


def test_a_slow_reload_delays_one_request_by_a_second_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_reload, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(hot_reload, "MAX_WAIT_SECONDS", 0.01)
    platform = create_app().extensions[PLATFORM]
    go_on, loaded = threading.Event(), threading.Event()
    file = tmp_path / "x"
    file.write_text("")

    def load() -> None:
        go_on.wait(10)
        loaded.set()

    platform.reloading = HotReloader((WatchedFile("x", file, load, {}),))
    file.write_text("changed")
    request = Request("GET", "/nothing", headers={"host": "localhost"})
    assert platform.respond_at_once(request) is None  # The event loop does not read files.
    assert platform.respond(request).status == 404  # It waits, and no longer than the limit.
    assert not loaded.is_set()
    assert platform.respond_at_once(request).status == 404
    go_on.set()
    assert loaded.wait(10)
