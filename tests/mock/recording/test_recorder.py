"""Recorder and proxy: files are complete after each exchange, redacted, and of the schema."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from leadway_mock.http_server import Server
from leadway_mock.recording import recorder as recorder_module
from leadway_mock.recording.exchanges import Exchange, UpstreamFailure
from leadway_mock.recording.noise import find_noise
from leadway_mock.recording.private_data import NOTHING_KNOWN, PRIVATE, KnownValues
from leadway_mock.recording.proxy import RecordingProxy
from leadway_mock.recording.recorder import Recorder
from leadway_mock.recording.redacted import RecordingError, RedactedJson
from leadway_mock.recording.upstream import Upstream
from tests.mock.recording.canaries import CANARIES, INTRODUCTION, NAME, PLACES, said, traces_in
from tests.mock.recording.servers import Received, Reply, serving
from tests.mock.recording.test_dialogue_writer import exchange, reply

SCHEMA = json.loads(
    resources.files("leadway_mock.recording").joinpath("recording.schema.json").read_text("utf-8")
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "talk.yaml"


def recorder_of(out: Path, known: KnownValues = NOTHING_KNOWN) -> Recorder:
    return Recorder(out, out.with_name("raw.json"), "https://services.example", known)


def files_in(folder: Path) -> list[str]:
    return [each.read_text("utf-8") for each in folder.iterdir() if each.is_file()]


def check_raw(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    Draft202012Validator(SCHEMA).validate(content)
    return content


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("place", PLACES)
def test_canaries_reach_no_file(out: Path, place: str) -> None:
    recorder = recorder_of(out)
    for canary in CANARIES:
        recorder.add(PLACES[place](f"x {canary} y"))
    recorder.close()
    assert traces_in(files_in(out.parent)) == []
    assert len(check_raw(out.with_name("raw.json"))["exchanges"]) == len(CANARIES)


def test_files_are_complete_after_each_exchange(out: Path) -> None:
    recorder = recorder_of(out)
    recorder.add(exchange("Hi", reply("Hello!", "session0001")))
    assert "agent: Hello!" in out.read_text()
    raw = check_raw(out.with_name("raw.json"))
    assert raw["exchanges"][0]["response"]["body"]["executionId"] == "<execution-id:1>"


def test_a_name_that_is_learned_later_is_removed_from_what_was_written(out: Path) -> None:
    recorder = recorder_of(out)
    recorder.add(exchange(f"I am {NAME}", reply("Hello!", "session0001")))
    assert NAME in out.read_text()
    recorder.add(Exchange(said(INTRODUCTION), None, 0.1, UpstreamFailure.TIMEOUT))
    recorder.close()
    assert traces_in(files_in(out.parent)) == []


def test_private_texts_are_known_from_the_beginning(out: Path) -> None:
    recorder = recorder_of(out, KnownValues.of([(NAME, PRIVATE)]))
    recorder.add(exchange(f"I am {NAME}", reply("Hello!", "session0001")))
    assert traces_in(files_in(out.parent)) == []
    assert "/^I am (?P<private>.+?)$/s" in out.read_text()


def test_many_private_values_are_found_until_the_recording_is_full(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MAX_KNOWN_VALUES", 500)
    recorder = recorder_of(out)
    names = [f"Name{number} Surname{number}" for number in range(300)]
    recorder.add(exchange(" and ".join(names), {"contacts": [{"name": each} for each in names]}))
    assert "Surname" not in out.with_name("raw.json").read_text("utf-8")
    recorder.add(exchange("Hi", {}))
    assert recorder.is_full


@pytest.mark.parametrize("levels", [100, 300, 900, 5_000])
def test_a_deeply_nested_body_is_left_out(out: Path, levels: int) -> None:
    recorder = recorder_of(out)
    recorder.add(exchange("Hi", b'{"a": ' + b"[" * levels + b"]" * levels + b"}"))
    [kept] = check_raw(out.with_name("raw.json"))["exchanges"]
    assert kept["response"]["text"] == "(not decoded)"


def test_content_length_is_that_of_the_redacted_body(out: Path) -> None:
    recorder = recorder_of(out)
    body = reply("Mail ada@example.com", "session0001")
    size = str(len(json.dumps(body)))
    recorder.add(exchange("Hi", body, headers={"Content-Length": size}))
    response = check_raw(out.with_name("raw.json"))["exchanges"][0]["response"]
    shown = json.dumps(response["body"], separators=(",", ":"), ensure_ascii=False)
    assert "[email]" in shown
    assert abs(int(response["headers"]["content-length"]) - len(shown.encode())) < 30
    assert response["headers"]["content-length"] != size


def test_a_rewritten_file_is_redacted_again(out: Path) -> None:
    recorder = recorder_of(out)
    recorder.add(exchange("Hi", reply("Hello Ada!", "session0001")))
    recorder.begin_second_run()
    recorder.add(exchange("Hi", reply("Hello, Ada!", "session0002")))
    recorder.close()
    raw = out.with_name("raw.json")
    before = out.read_text()
    Recorder.from_file(raw, out, raw, NOTHING_KNOWN).close()
    assert out.read_text() == before
    raw.write_text(raw.read_text().replace("Hello Ada", "Hello Ada, ada@example.com"))
    Recorder.from_file(raw, out, raw, KnownValues.of([("Ada", PRIVATE)])).close()
    assert "Hello [private], [email]!" in out.read_text()
    content = check_raw(raw)
    assert "Ada" not in raw.read_text()
    assert "ada@" not in raw.read_text()
    assert content["noise"][0]["second"] == "Hello, [private]!"


@pytest.mark.parametrize(
    ("content", "place"),
    [("[]", "the top level"), ('{"format": "leadway-recording/1"}', "the top level")],
)
def test_another_file_is_no_recording(out: Path, content: str, place: str) -> None:
    path = out.with_name("x.json")
    path.write_text(content)
    with pytest.raises(RecordingError, match=rf"x\.json: is no recording: {place} is not as"):
        Recorder.from_file(path, out, None, NOTHING_KNOWN)


def test_further_agents_replace_no_file(out: Path) -> None:
    taken = out.with_name("talk-2.yaml")
    taken.write_text("mine")
    recorder = recorder_of(out)
    for number in (1, 2):
        path = f"/agent-studio/agent/agent{number}/execute"
        recorder.add(exchange("Hi", reply("Hello!", f"session000{number}"), path=path))
    recorder.close()
    assert taken.read_text() == "mine"
    assert "agent: agent2" in out.with_name("talk-3.yaml").read_text()


def test_limits(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "MAX_EXCHANGES", 1)
    recorder = recorder_of(out)
    for number in (1, 2):
        assert not recorder.is_full
        recorder.add(exchange("Hi", reply("Hello!", f"session000{number}")))
    assert recorder.is_full
    recorder.close()
    assert len(check_raw(out.with_name("raw.json"))["exchanges"]) == 1


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    recorder = recorder_of(tmp_path / "none" / "talk.yaml")
    with pytest.raises(RecordingError, match="No such file or directory"):
        recorder.add(exchange("Hi", reply("Hello!", "session0001")))


def test_what_differs_in_a_second_run_is_noise(out: Path) -> None:
    recorder = recorder_of(out)
    for session, text in (("session0001", "Which day?"), ("session0002", "What day?")):
        body = reply(text, session, int(session[-1]))
        recorder.add(exchange("Hi", body, headers={"X-RateLimit-Remaining": session[-1]}))
        if session == "session0001":
            recorder.begin_second_run()
    recorder.close()
    raw = check_raw(out.with_name("raw.json"))
    assert raw["noise"] == [
        {
            "exchange": 1,
            "pointer": "/response/headers/x-ratelimit-remaining",
            "first": "1",
            "second": "2",
            "reason": "It counts requests over both runs.",
        },
        {
            "exchange": 1,
            "pointer": "/response/body/response",
            "first": "Which day?",
            "second": "What day?",
            "reason": "The agent chooses new words in each run.",
        },
    ]
    assert len(raw["secondRun"]) == 1
    text = out.read_text()
    assert "# Noise, exchange 1: /response/body/response: 'Which day?', then 'What day?'." in text
    assert "What day?" not in text.partition("turns:")[2]


def test_runs_of_different_length_are_noise() -> None:
    one = RedactedJson({"request": {"method": "GET"}, "seconds": 1})
    other = RedactedJson({"request": {"method": "PUT"}, "seconds": 2})
    found = find_noise([one, one], [other])
    assert [(each.exchange, each.pointer) for each in found] == [(1, "/request/method"), (2, "")]
    assert all("script itself" in each.reason for each in found)
    assert find_noise([one], [one]) == []


@contextmanager
def proxied(out: Path, url: str) -> Iterator[httpx.Client]:
    recorder = recorder_of(out)
    with (
        Upstream(url, allow_private=True, allow_http=True, timeout_seconds=5) as upstream,
        Server(RecordingProxy(upstream, recorder.add)) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        yield client
    recorder.close()


def test_proxy_passes_requests_and_responses_on(out: Path) -> None:
    received: list[Received] = []

    def handle(request: Received) -> Reply:
        received.append(request)
        return Reply(302, b'{"a":1}', {"Location": "https://else.example/", "X-A": "b"})

    with serving(handle) as url, proxied(out, url) as client:
        headers = {"Authorization": "Bearer pit-x", "X-Trace-Id": "t"}
        response = client.post("/a b/c%2Fd?e=%20f&g", json={"h": 1}, headers=headers)
    assert (response.status_code, response.json()) == (302, {"a": 1})
    assert response.headers["x-a"] == "b"
    assert len(response.headers.get_list("date")) == 1
    [(target, sent, body)] = received
    assert target == "/a%20b/c/d?e=%20f&g"
    assert sent["authorization"] == "Bearer pit-x"
    assert sent["host"] == url.removeprefix("http://")
    assert json.loads(body) == {"h": 1}


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
def test_proxy_keeps_web_pages_away(out: Path, headers: dict[str, str]) -> None:
    received: list[Received] = []

    def handle(request: Received) -> Reply:
        received.append(request)
        return Reply()

    with serving(handle) as url, proxied(out, url) as client:
        assert client.get("/", headers=headers).status_code == 403
        assert client.get("/", headers={"Origin": "http://localhost:1"}).status_code == 200
    assert len(received) == 1


def test_no_response_of_the_service_is_a_response_of_the_recorder(out: Path) -> None:
    with serving(lambda _: Reply(raw=b"HTTP/1.1 200")) as url, proxied(out, url) as client:
        response = client.get("/")
    assert response.status_code == 502
    assert "sent no response" in response.json()["message"]
    exchanges = check_raw(out.with_name("raw.json"))["exchanges"]
    assert exchanges[0]["failure"] in {"disconnect", "invalid"}


def test_an_error_in_the_recorder_shows_no_private_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(exchange: Exchange) -> RedactedJson:
        raise ValueError(exchange.request.path, exchange.request.headers)

    caplog.set_level(logging.INFO)
    with (
        serving(lambda _: Reply()) as url,
        Upstream(url, allow_private=True, allow_http=True) as upstream,
        Server(RecordingProxy(upstream, fail)) as server,
    ):
        for canary in CANARIES:
            headers = {"X-Note": canary}
            response = httpx.get(f"{server.url}/{canary}", headers=headers, trust_env=False)
            assert response.status_code == response.json()["statusCode"] == 500
            assert response.headers["Content-Type"] == "application/json; charset=utf-8"
            assert traces_in([response.text]) == []
    assert "The recorder failed: ValueError." in caplog.text
    own = [each.getMessage() for each in caplog.records if "leadway_mock" in each.name]
    assert traces_in(own) == []


def test_an_unsaved_exchange_is_passed_on_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = recorder_of(tmp_path / "none" / "talk.yaml")
    with (
        serving(lambda _: Reply()) as url,
        Upstream(url, allow_private=True, allow_http=True) as upstream,
        Server(RecordingProxy(upstream, recorder.add)) as server,
    ):
        assert httpx.get(server.url, trust_env=False).status_code == 200
    assert "cannot be written" in caplog.text
