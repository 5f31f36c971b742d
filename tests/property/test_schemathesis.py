"""Schemathesis finds nothing wrong with the mock, and would if there were something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from schemathesis.checks import CHECKS
from schemathesis.engine import Status
from werkzeug.wrappers import Response

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from tests.property.attacker import TOKEN, WITHOUT_CHANCE, attack

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def test_every_check_in_every_phase_finds_nothing() -> None:
    with closing(build_emulator(Settings(validate_responses=True, seed=1))) as emulator:
        findings = attack(create_app(emulator=emulator))
        sessions = [each for _, each in emulator.sessions.list_page(after=0, limit=10_000)]
    assert findings.failures == {}
    attacks = {"examples", "coverage", "fuzzing", "stateful"}
    assert {findings.phases[phase] for phase in attacks} == {Status.SUCCESS}
    assert set(findings.passed) == {*CHECKS.get_all_names(), "max_response_time"}
    # It got past the guards, and its conversations had turns.
    assert findings.statuses[200] > 100
    longest = max(session.turns for session in sessions)
    assert longest > 2


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_nor_where_unknown_sessions_begin_anew(profile: str) -> None:
    assert attack(_mock(profile=profile), **WITHOUT_CHANCE).failures == {}


# What follows breaks the mock on purpose, each time so that one check has to notice.

Change = Callable[[Response], None]


def _mock(**settings: str) -> WSGIApplication:
    # Where the contract's example of an executionId is good enough, more requests come through.
    chosen = {
        "unknown_session": "new-session",
        "validate_responses": True,
        "seed": 1,
    } | settings
    return create_app(Settings(**chosen))  # type: ignore[arg-type]


def _answering_otherwise(change: Change) -> WSGIApplication:
    app = _mock()

    def broken(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        response = Response.from_app(app, environ)
        if not environ["PATH_INFO"].startswith("/__mock"):
            change(response)
        return response(environ, start)

    return broken


def _assuming(name: str, value: str) -> WSGIApplication:
    app = _mock()

    def broken(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ.setdefault(name, value)
        return app(environ, start)

    return broken


def _without_a_field(response: Response) -> None:
    if response.status_code == 200:
        content = json.loads(response.data)
        del content["flowSwitch"]
        response.data = json.dumps(content)


def _accepting_every_body(response: Response) -> None:
    if response.status_code == 422:
        response.status_code = 200


def _failing(response: Response) -> None:
    if response.status_code == 422:
        response.status_code = 500


def _answering_in_html(response: Response) -> None:
    if response.status_code == 404:
        response.content_type = "text/html"


def _inventing_a_status(response: Response) -> None:
    if response.status_code == 415:
        response.status_code = 418


def _hiding_methods(response: Response) -> None:
    response.headers.pop("Allow", None)


def _counting_in_words(response: Response) -> None:
    response.headers["X-RateLimit-Remaining"] = "plenty"


BROKEN: dict[str, Callable[[], WSGIApplication]] = {
    "response_schema_conformance": partial(_answering_otherwise, _without_a_field),
    "negative_data_rejection": partial(_answering_otherwise, _accepting_every_body),
    "not_a_server_error": partial(_answering_otherwise, _failing),
    "content_type_conformance": partial(_answering_otherwise, _answering_in_html),
    "status_code_conformance": partial(_answering_otherwise, _inventing_a_status),
    "unsupported_method": partial(_answering_otherwise, _hiding_methods),
    "response_headers_conformance": partial(_answering_otherwise, _counting_in_words),
    "ignored_auth": partial(_assuming, "HTTP_AUTHORIZATION", f"Bearer {TOKEN}"),
    "missing_required_header": partial(_assuming, "HTTP_VERSION", "2021-07-28"),
    "positive_data_acceptance": partial(_mock, unknown_session="400"),
}


@pytest.mark.parametrize("check", BROKEN)
def test_a_bug_does_not_go_unnoticed(check: str) -> None:
    assert check in attack(BROKEN[check](), **WITHOUT_CHANCE).failures
