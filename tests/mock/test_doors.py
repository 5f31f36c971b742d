"""Both doors to the emulator, Flask's and the thin one before it, give the same answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leadway_mock.agents import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.http.delivery import HEAD
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.server.heads import PlainReader
from leadway_mock.server.prompt import Reply
from leadway_mock.state.clock import ManualClock
from leadway_mock.state.namespace_registry import namespace_name
from leadway_mock.web import create_app, prompt_of
from leadway_mock.web.serving import open_server
from tests.mock.pipeline.test_authorization import jwt
from tests.mock.raw_client import RawClient
from tests.security.caller import LOCATION, PATH, TOKEN

GOOD = {"message": "hello", "locationId": LOCATION}
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}

REQUESTS: dict[str, dict[str, Any]] = {
    "a good one": {},
    "another path": {"path": "/agent-studio/agents"},
    "the deprecated path": {"path": PATH.replace("/agent/", "/public-api/agents/")},
    "an escaped path": {"path": "/agent-studio/agent/%C3%B1/execute"},
    "two slashes": {"environ_overrides": {"PATH_INFO": f"/{PATH}"}},
    "no slash": {"environ_overrides": {"PATH_INFO": PATH[1:]}},
    "nothing of a path": {"environ_overrides": {"PATH_INFO": ""}},
    "two slashes before ours": {"environ_overrides": {"PATH_INFO": "//__mock/reset"}},
    "no slash before ours": {"environ_overrides": {"PATH_INFO": "__mock/reset"}},
    "a query": {"query_string": "source=api&__example=agent-unknown&x=%20"},
    "a preference": {"headers": {"Prefer": "code=404"}},
    "no token": {"headers": {"Authorization": ""}},
    "a foreign host": {"headers": {"Host": "evil.example"}},
    "a header beyond ASCII": {"headers": {"X-Name": "ñ"}},
    "an empty header": {"headers": {"X-Empty": ""}},
    "no media type": {"headers": {"Content-Type": ""}},
    "an empty body": {"data": b""},
    "no JSON": {"data": b"{"},
    "a wrong body": {"data": b'{"input": 1, "locationId": "x"}'},
    "a large body": {"data": b" " * 3_000},
    "a body that is too large": {"data": b" " * 2_000_000},
    "GET": {"method": "GET"},
    "HEAD": {"method": "HEAD"},
    "OPTIONS": {"method": "OPTIONS"},
    "a strange method": {"method": "BREW"},
    "the control API": {"path": "/__mock/health", "method": "GET"},
}


@contextmanager
def client(*, thin: bool) -> Iterator[FlaskClient]:
    """Give a client of a mock whose ids and times are always the same."""
    settings = Settings(seed=1, max_body_bytes=1_000_000)
    with closing(build_emulator(settings, ManualClock())) as emulator:
        yield create_app(emulator=emulator, thin=thin).test_client()


def answer(*, thin: bool, **changes: Any) -> tuple[str, list[tuple[str, str]], bytes]:
    asked = {"method": "POST", "path": PATH, "data": json.dumps(GOOD).encode(), **changes}
    headers = {**HEADERS, **asked.pop("headers", {})}
    with client(thin=thin) as caller, caller.open(headers=headers, **asked) as given:
        return given.status, list(given.headers.items()), given.data


@pytest.mark.parametrize("changes", REQUESTS.values(), ids=REQUESTS.keys())
def test_they_answer_alike_byte_for_byte(changes: dict[str, Any]) -> None:
    assert answer(thin=True, **changes) == answer(thin=False, **changes)


@pytest.mark.parametrize("changes", REQUESTS.values(), ids=REQUESTS.keys())
def test_they_write_the_same_into_the_journal(changes: dict[str, Any]) -> None:
    def written(*, thin: bool) -> Any:
        with client(thin=thin) as caller:
            asked = {"method": "POST", "path": PATH, "data": json.dumps(GOOD).encode(), **changes}
            headers = {**HEADERS, **asked.pop("headers", {})}
            caller.open(headers=headers, **asked).close()
            entries = caller.get("/__mock/journal").get_json()["entries"]
            return [
                {**each, "durationMs": 0, "wallClockAt": 0, "monotonicAt": 0} for each in entries
            ]

    assert written(thin=True) == written(thin=False)


AS_SENT = (f"/{PATH}", f"///{PATH}", PATH.replace("/execute", "//execute"), PATH[1:])


@pytest.mark.behaviour("path-as-sent")
@pytest.mark.parametrize("path", AS_SENT)
@pytest.mark.parametrize("thin", [True, False])
def test_a_path_is_what_was_sent_in_process_as_over_http(path: str, *, thin: bool) -> None:
    body = json.dumps(GOOD).encode()
    named = {"Host": "localhost", **HEADERS, "Content-Length": str(len(body))}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    with client(thin=thin) as caller, open_server(caller.application, Settings(port=0)) as server:
        in_process = caller.post(
            data=body, headers=HEADERS, environ_overrides={"PATH_INFO": path}
        ).get_json()
        with RawClient(server.url) as raw:
            reply = raw.send("\r\n".join([*lines, "", ""]).encode() + body).reply()
        assert reply is not None
        entries = caller.get("/__mock/journal").get_json()["entries"]
    for told in (in_process, reply.json()):
        assert (told["statusCode"], told["message"]) == (404, f"Cannot POST {path}")
    assert len(entries) == 2
    for entry in entries:
        assert entry["request"]["path"] == path
        assert entry["response"]["rule"] == "route-unknown"
        assert entry["response"]["hint"].startswith("There are two slashes") == ("//" in path)


def test_what_callers_send_goes_through_the_thin_door() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "127.0.0.1:4010",
    }
    app = create_app()
    assert prompt_of(app)(environ)
    others = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/__mock/reset",
        "CONTENT_LENGTH": "-1",
        "HTTP_HOST": "evil.example",
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    assert not any(prompt_of(app)({**environ, name: value}) for name, value in others.items())


def told(app: Flask, reader: PlainReader, **headers: str) -> tuple[int, str]:
    """Send a message as the loop reads it; return the answer's status and rule."""
    body = json.dumps(GOOD).encode()
    named = {"Host": "localhost", **HEADERS, **headers, "Content-Length": str(len(body))}
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    read = reader.read("\r\n".join([*lines, "", ""]).encode() + body)
    assert read is not None
    environ = {
        "REQUEST_METHOD": "POST",
        **read[0].environ,
        HEAD: read[0],
        "wsgi.input": BytesIO(read[1]),
    }
    assert prompt_of(app)(environ)
    reply = Reply("mock")
    reply.ask(app, environ)
    head = reply.head.decode()
    rule = re.search("X-Mock-Rule: (.+)", head)
    assert rule is not None
    return int(head.split()[1]), rule[1].strip()


def test_heads_share_what_was_decided_unless_they_differ_in_what_decides() -> None:
    with client(thin=True) as caller:
        app, reader = caller.application, PlainReader()
        for trace in ("a", "b", "b", "c"):
            assert told(app, reader, **{"X-Trace": trace}) == (200, "reply")
        assert told(app, reader, Authorization="Bearer nobody") == (401, "token-invalid")
        assert told(app, reader, Version="1999-01-01") == (401, "version-unknown")
        assert told(app, reader, **{"Content-Type": "text/plain"}) == (
            415,
            "media-type-unsupported",
        )
        assert told(app, reader, Prefer="code=404") == (404, "agent-unknown")
        assert told(app, reader) == (200, "reply")
        entries = caller.get("/__mock/journal").get_json()["entries"]
    assert [each["request"]["headers"].get("x-trace") for each in entries[:4]] == list("abbc")
    signs = [each["request"]["fingerprint"] for each in entries]
    assert len(set(signs[:4])) == 1
    assert len(set(signs)) == 5


def test_what_was_decided_of_a_head_ends_where_its_reason_ends() -> None:
    """The same head again and again: its token expires, is taken away, gets a space of its own."""
    clock = ManualClock()
    emulator = build_emulator(Settings(), clock)
    app, reader = create_app(emulator=emulator), PlainReader()
    expiring = f"Bearer {jwt(exp=clock.now() + 1)}"
    for _ in range(3):
        assert told(app, reader, Authorization=expiring) == (200, "reply")
        assert told(app, reader) == (200, "reply")
    clock.advance(1)
    assert told(app, reader, Authorization=expiring) == (401, "token-expired")
    emulator.namespaces.open(namespace_name(HEADERS["Authorization"]))
    assert told(app, reader) == (200, "reply")
    assert emulator.namespaces.for_token(HEADERS["Authorization"]).journal.count() == 1
    emulator.serve(agents=replace(BUILT_IN, any_token=False))
    assert told(app, reader) == (401, "token-unknown")
    emulator.serve(agents=BUILT_IN)
    assert told(app, reader) == (200, "reply")
    emulator.close()


def test_nothing_is_prompt_that_may_wait_for_a_file(tmp_path: Any) -> None:
    with closing(build_emulator(Settings(store=f"sqlite:///{tmp_path}/mock.db"))) as emulator:
        assert not emulator.is_prompt


def test_without_the_thin_door_nothing_is_prompt() -> None:
    assert not prompt_of(create_app(thin=False))({})
