"""Schemathesis finds no failure in the mock, and finds every bug introduced on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from schemathesis.checks import CHECKS
from schemathesis.engine import Status
from schemathesis.specs.openapi import stateful
from werkzeug.wrappers import Response

from leadway_mock.config.settings import Settings
from leadway_mock.state.stored_agents import StoredAgents
from leadway_mock.web import create_app
from tests.property.schemathesis_runner import (
    DETERMINISTIC_PHASES,
    STATEFUL_PHASE,
    TOKEN,
    run_schemathesis,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


CREATE_AGENT = "POST /agent-studio/agent"
EXECUTE_AGENT = "POST /agent-studio/agent/{agentId}/execute"


def test_every_check_in_every_phase_finds_nothing() -> None:
    # Requests have the contract's example as their key, so they must not count as repeated.
    settings = Settings(validate_responses=True, seed=1, idempotency_mismatch="process")
    result = run_schemathesis(create_app(settings))
    assert result.failures == {}
    phases = {"examples", "coverage", "fuzzing", "stateful"}
    # A phase fails where it meets a documented rejection of a valid request.
    outcomes = {Status.SUCCESS, Status.FAILURE} if result.documented else {Status.SUCCESS}
    assert {result.phases[phase] for phase in phases} <= outcomes
    assert set(result.passed) == {*CHECKS.get_all_names(), "max_response_time"}
    assert result.statuses[200] > 100  # Requests passed authorization.
    assert result.passed["use_after_free"] > 0


def test_no_failure_with_the_profile_observed() -> None:
    failures = run_schemathesis(_mock(profile="observed"), **DETERMINISTIC_PHASES).failures
    # Another method gets the platform's 401, not the 405 of HTTP.
    assert set(failures) == {"unsupported_method"}, failures


def _begin_with(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Schemathesis begin with an operation, as it does not by itself.

    The operation takes ids, such as a location's, which no operation returns.
    """
    monkeypatch.setattr(stateful, "is_likely_root_transition", lambda each, *_: each.label == label)


def test_conversations_are_continued_by_links_and_find_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _begin_with(EXECUTE_AGENT, monkeypatch)
    result = run_schemathesis(_mock(), **STATEFUL_PHASE)
    assert result.failures == {}
    assert any("continueConversation" in each for each in result.links), result.links


def test_links_from_new_agents_are_followed_and_find_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _begin_with(CREATE_AGENT, monkeypatch)
    result = run_schemathesis(_mock(), **STATEFUL_PHASE)
    assert result.failures == {}
    assert len(result.links) >= 8, result.links
    assert any("deleteCreatedAgent" in each for each in result.links)
    assert result.passed["use_after_free"] > 0


def test_an_agent_that_outlives_its_deletion_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _begin_with(CREATE_AGENT, monkeypatch)
    monkeypatch.setattr(StoredAgents, "delete_writes", lambda *_: [])

    assert "use_after_free" in run_schemathesis(_mock(), **STATEFUL_PHASE).failures


# Below, the mock is broken on purpose; each time one check must fail.

Change = Callable[[Response], None]


def _mock(**settings: str) -> WSGIApplication:
    # Accepting the contract's example of an executionId lets more requests succeed.
    chosen = {
        "unknown_session": "new-session",
        "validate_responses": True,
        "seed": 1,
        "idempotency_mismatch": "process",
    } | settings
    return create_app(Settings(**chosen))  # type: ignore[arg-type]


def _change_responses(change: Change) -> WSGIApplication:
    app = _mock()

    def broken(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        response = Response.from_app(app, environ)
        if not environ["PATH_INFO"].startswith("/__mock"):
            change(response)
        return response(environ, start)

    return broken


def _set_header(name: str, value: str) -> WSGIApplication:
    app = _mock()

    def broken(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ.setdefault(name, value)
        return app(environ, start)

    return broken


def _drop_field(response: Response) -> None:
    if response.status_code == 200:
        content = json.loads(response.data)
        content.pop("flowSwitch", None)
        response.data = json.dumps(content)


def _accept_every_body(response: Response) -> None:
    if response.status_code == 422:
        response.status_code = 200


def _fail(response: Response) -> None:
    if response.status_code == 422:
        response.status_code = 500


def _respond_in_html(response: Response) -> None:
    if response.status_code == 404:
        response.content_type = "text/html"


def _use_undocumented_status(response: Response) -> None:
    if response.status_code == 415:
        response.status_code = 418


def _drop_allow(response: Response) -> None:
    response.headers.pop("Allow", None)


def _use_words_as_numbers(response: Response) -> None:
    response.headers["X-RateLimit-Remaining"] = "plenty"


def _change_all(response: Response) -> None:
    """Change responses in ways that do not hide each other."""
    for change in (
        _drop_field,
        _accept_every_body,
        _respond_in_html,
        _use_undocumented_status,
        _drop_allow,
        _use_words_as_numbers,
    ):
        change(response)


BROKEN: dict[str, tuple[Callable[[], WSGIApplication], set[str]]] = {
    "changed responses": (
        partial(_change_responses, _change_all),
        {
            "response_schema_conformance",
            "negative_data_rejection",
            "content_type_conformance",
            "status_code_conformance",
            "unsupported_method",
            "response_headers_conformance",
        },
    ),
    "server errors": (partial(_change_responses, _fail), {"not_a_server_error"}),
    "no authorization": (
        partial(_set_header, "HTTP_AUTHORIZATION", f"Bearer {TOKEN}"),
        {"ignored_auth"},
    ),
    "no version": (
        partial(_set_header, "HTTP_VERSION", "2021-07-28"),
        {"missing_required_header"},
    ),
    "valid requests rejected": (
        partial(_mock, unknown_session="400"),
        {"positive_data_acceptance"},
    ),
}
"""Bugs, and the checks that find them."""


@pytest.mark.parametrize("bug", BROKEN)
def test_bug_is_found(bug: str) -> None:
    broken, checks = BROKEN[bug]
    changes = DETERMINISTIC_PHASES | {"continue-on-failure": len(checks) > 1}
    result = run_schemathesis(broken(), operations=["executeAgent"], **changes)
    assert checks <= set(result.failures)
