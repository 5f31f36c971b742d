"""The Flask application: platform routes and the control API."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leadway_mock.config.settings import Settings
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import CURRENT, LOCATION, TOKEN, EmulatorClient
from tests.mock.raw_client import RawClient

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}


@pytest.fixture
def web_client(client: EmulatorClient) -> FlaskClient:
    return create_app(emulator=client.emulator).test_client()


def execute(web_client: FlaskClient, **fields: object) -> TestResponse:
    body = {"message": "hi", "locationId": LOCATION} | fields
    return web_client.post(CURRENT, json=body, headers=HEADERS)


def test_the_response_is_json_in_utf_8(web_client: FlaskClient) -> None:
    response = execute(web_client, message="¿Qué tal? 🎈")
    assert response.status_code == 200
    assert response.content_type == "application/json; charset=utf-8"
    assert "¿Qué tal? 🎈" in response.get_data(as_text=True)


def test_headers_query_and_path_reach_the_emulator(
    web_client: FlaskClient, client: EmulatorClient
) -> None:
    web_client.post("/agent%20x?source=api&%C3%B1=1", headers={"X-Thing": "1"}, data=b"abc")
    (entry,) = client.emulator.journal.entries(after=0, limit=10)
    assert entry["request"]["path"] == "/agent x"
    assert entry["request"]["query"] == "source=api&%C3%B1=1"
    assert entry["request"]["headers"]["x-thing"] == "1"
    assert entry["request"]["body"] == "abc"


@pytest.mark.parametrize("path", ["/", "/__mocks", "/__mock2/health", "/static/x", "/favicon.ico"])
def test_paths_outside_the_control_api_are_the_platforms(
    web_client: FlaskClient, path: str
) -> None:
    response = web_client.get(path)
    assert response.status_code == 404
    assert response.get_json()["message"] == f"Cannot GET {path}"


def test_other_methods_get_405(web_client: FlaskClient) -> None:
    for method in ("GET", "PUT", "OPTIONS", "TRACE", "BREW"):
        response = web_client.open(CURRENT, method=method)
        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"
    assert web_client.head(CURRENT).data == b""


def test_a_body_is_not_read_beyond_its_limit(client_with: Callable[..., EmulatorClient]) -> None:
    app = create_app(emulator=client_with(max_body_bytes=1000).emulator)
    headers = HEADERS | {"Content-Type": "application/json"}
    response = app.test_client().post(CURRENT, data=b"x" * 5000, headers=headers)
    assert response.status_code == 413


AS_SENT = (f"/{CURRENT}", f"///{CURRENT}", CURRENT.replace("/execute", "//execute"))


@pytest.mark.behaviour("path-as-sent")
@pytest.mark.parametrize("path", AS_SENT)
def test_a_path_is_what_was_sent_in_process_as_over_http(
    web_client: FlaskClient, path: str
) -> None:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Length: 2", "", "{}"]
    in_process = web_client.post(data=b"{}", environ_overrides={"PATH_INFO": path}).get_json()
    with (
        open_server(web_client.application, Settings(port=0)) as server,
        RawClient(server.url) as raw,
    ):
        reply = raw.send("\r\n".join(lines).encode()).reply()
    assert reply is not None
    for reported in (in_process, reply.json()):
        assert (reported["statusCode"], reported["message"]) == (404, f"Cannot POST {path}")
    entries = web_client.get("/__mock/journal").get_json()["entries"]
    assert len(entries) == 2
    for entry in entries:
        assert entry["request"]["path"] == path
        assert entry["response"]["rule"] == "route-unknown"
        assert entry["response"]["hint"].startswith("There are two slashes")


def get(web_client: FlaskClient, path: str) -> Any:
    response = web_client.get(f"/__mock{path}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def test_health_lists_agents_and_counts(web_client: FlaskClient) -> None:
    execute(web_client)
    health = get(web_client, "/health")
    assert health["status"] == "ok"
    assert health["profile"] == "documented"
    assert health["sessions"] == 1
    agents = {each["id"]: (each["status"], each["published"]) for each in health["agents"]}
    assert agents["p1q2r3s4t5u6v7w8x9y0z1a2"] == ("active", True)
    assert agents["inactiveagent00000000000"] == ("inactive", True)
    assert agents["unpublishedagent00000000"] == ("active", False)


def test_a_session_is_listed_and_shown_with_its_transcript(
    web_client: FlaskClient, client: EmulatorClient
) -> None:
    execution_id = execute(web_client, contactId="c").get_json()["executionId"]
    execute(web_client, executionId=execution_id, message="two")
    listed = get(web_client, "/sessions")
    assert (listed["count"], listed["next"]) == (1, None)
    (session,) = listed["sessions"]
    assert session == {
        "executionId": execution_id,
        "agentId": CURRENT.split("/")[3],
        "locationId": LOCATION,
        "versionId": "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d",
        "contactId": None,
        "turns": 2,
        "lastTurnAt": "2023-11-14T22:13:20.000Z",
        "expiresAt": "2023-11-14T22:43:20.000Z",
        "expired": False,
        "goalCompletion": False,
    }
    client.clock.advance(2000)
    shown = get(web_client, f"/sessions/{execution_id}")
    assert shown["expired"] is True
    assert [(turn["turn"], turn["message"]) for turn in shown["transcript"]] == [
        (1, "hi"),
        (2, "two"),
    ]
    assert all(turn["response"].startswith("Turn") for turn in shown["transcript"])


def test_a_session_that_does_not_exist(web_client: FlaskClient) -> None:
    response = web_client.get("/__mock/sessions/nobody")
    assert response.status_code == 404
    assert response.get_json() == {
        "statusCode": 404,
        "message": "The namespace has no session 'nobody'.",
        "error": "Not Found",
    }


@pytest.mark.parametrize(
    ("path", "name"), [("/sessions", "sessions"), ("/journal", "entries"), ("", "transcript")]
)
def test_lists_are_read_page_by_page(web_client: FlaskClient, path: str, name: str) -> None:
    execution_id = execute(web_client).get_json()["executionId"]
    for _ in range(4):
        execute(web_client, **({} if path else {"executionId": execution_id}))
    path = path or f"/sessions/{execution_id}"
    seen: list[object] = []
    after: int | None = 0
    while after is not None:
        page = get(web_client, f"{path}?limit=2&after={after}")
        assert len(page[name]) <= 2
        seen += page[name]
        after = page["next"]
    assert len(seen) == 5
    assert len({json.dumps(item) for item in seen}) == 5


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=-1", "after=-1", "after=1e3", "limit=²"]
)
def test_an_invalid_page_is_rejected(web_client: FlaskClient, query: str) -> None:
    response = web_client.get(f"/__mock/journal?{query}")
    assert response.status_code == 400
    assert "must be a whole number from" in response.get_json()["message"]


def test_the_journal_has_iso_timestamps(web_client: FlaskClient) -> None:
    execute(web_client)
    (entry,) = get(web_client, "/journal")["entries"]
    assert entry["at"] == "2023-11-14T22:13:20.000Z"
    assert entry["response"]["rule"] == "reply"


def test_the_control_api_is_not_in_the_journal(web_client: FlaskClient) -> None:
    get(web_client, "/health")
    assert get(web_client, "/journal")["count"] == 0


def test_reset_forgets_everything(web_client: FlaskClient) -> None:
    execute(web_client)
    assert web_client.post("/__mock/reset", json={}).get_json() == {"reset": ["all"]}
    assert get(web_client, "/sessions")["count"] == 0
    assert get(web_client, "/journal")["count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/__mock/nothing", 404, "Nothing is here. GET /__mock lists what there is."),
        ("GET", "/__mock/reset", 405, "This path takes POST alone."),
        ("POST", "/__mock/health", 405, "This path takes GET and HEAD alone."),
    ],
)
def test_errors_of_the_control_api_are_json_with_a_hint(
    web_client: FlaskClient, method: str, path: str, status: int, expected: str
) -> None:
    response = web_client.open(path, method=method, json={} if method == "POST" else None)
    assert response.status_code == status
    assert response.get_json()["statusCode"] == status
    assert response.get_json()["message"] == expected
    assert ("Allow" in response.headers) == (status == 405)


def test_a_failure_of_the_control_api_is_json_without_a_traceback(
    web_client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> int:
        raise RuntimeError("the store broke")

    monkeypatch.setattr("leadway_mock.state.sessions.Sessions.count", fail)
    caplog.set_level(logging.ERROR)
    response = web_client.get("/__mock/health")
    assert response.status_code == 500
    assert "the store broke" not in response.get_data(as_text=True)
    assert "the store broke" in caplog.text


def test_an_app_is_built_from_settings_alone() -> None:
    app = create_app()
    assert execute(app.test_client()).status_code == 200
