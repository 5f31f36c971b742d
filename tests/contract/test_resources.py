"""Section "Agents and sessions": agents, versions and sessions that must exist."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from leadway_client.models import Error
from tests.contract.error_assertions import assert_error
from tests.contract.service import Service, advance_clock, stop_clock, turn

GOAL_AGENT = "goalonturn3agent00000000"
INACTIVE_AGENT = "inactiveagent00000000000"
UNPUBLISHED_AGENT = "unpublishedagent00000000"
NO_AGENT = "nosuchagent0000000000000"
SAMPLE_VERSION = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"

UNKNOWN = (
    "Unknown executionId. Leave it out of the first message;"
    " the response has the one to send from then on."
)
EXPIRED = (
    "This executionId has expired: its session was idle for too long."
    " Leave it out to start a new session."
)
OTHER_AGENT = (
    "This executionId belongs to another agent. Leave it out to start a session with this one."
)
OTHER_LOCATION = (
    "This executionId belongs to another location. Leave it out to start a session in this one."
)
NO_VERSION = (
    "Version not found among the published versions of this agent."
    " Leave versionId out to run the latest one."
)


@pytest.mark.clause("agent-must-exist")
def test_agent_must_exist(service: Service) -> None:
    assert_error(service.send(path=service.path(NO_AGENT)), 404, "Agent not found")
    response = service.call(agent_id=NO_AGENT, way="deprecated")
    assert isinstance(response.parsed, Error)
    assert response.parsed.message == "Agent not found"


@pytest.mark.clause("agent-must-be-active")
def test_agent_must_be_active(service: Service) -> None:
    response = service.send(path=service.path(INACTIVE_AGENT))
    assert_error(response, 400, "Agent is not active")


@pytest.mark.clause("agent-must-be-published")
def test_agent_must_be_published(service: Service) -> None:
    response = service.send(path=service.path(UNPUBLISHED_AGENT))
    assert_error(response, 404, "Agent not found")


@pytest.mark.clause("latest-version-by-default")
def test_latest_version_by_default(service: Service) -> None:
    assert service.say("Hello").success
    assert service.say("Hello", version_id=SAMPLE_VERSION).success


@pytest.mark.clause("version-must-be-published")
def test_version_must_be_published(service: Service) -> None:
    assert_error(service.send(service.body(versionId="made-up")), 404, NO_VERSION)


@pytest.mark.clause("unknown-session-is-rejected")
def test_unknown_session_is_rejected(service: Service) -> None:
    body = service.body(executionId="a1b2c3d4e5f6g7h8i9j0k1l2")
    assert_error(service.send(body), 404, UNKNOWN)


def to_another_agent(service: Service, session: str) -> httpx.Response:
    return service.send(service.body(executionId=session), path=service.path(GOAL_AGENT))


def from_another_location(service: Service, session: str) -> httpx.Response:
    return service.send(service.body(executionId=session, locationId="anotherLocation00000"))


@pytest.mark.clause("session-belongs-to-its-agent")
def test_session_belongs_to_its_agent(service: Service) -> None:
    session = service.say("Hello").execution_id
    assert_error(to_another_agent(service, session), 404, OTHER_AGENT)
    assert turn(service.say("Still here", execution_id=session)) == 2


@pytest.mark.clause("session-belongs-to-its-location")
def test_session_belongs_to_its_location(service: Service) -> None:
    session = service.say("Hello").execution_id
    assert_error(from_another_location(service, session), 404, OTHER_LOCATION)
    assert turn(service.say("Still here", execution_id=session)) == 2


@pytest.mark.clause("session-expires")
def test_session_expires(adjusted: Callable[..., Service]) -> None:
    service = adjusted(session_idle_seconds=0)
    session = service.say("Hello").execution_id
    assert_error(service.send(service.body(executionId=session)), 404, EXPIRED)
    assert turn(service.say("A new one, then")) == 1


@pytest.mark.clause("each-turn-renews-the-session")
def test_each_turn_renews_the_session(adjusted: Callable[..., Service]) -> None:
    service = adjusted(session_idle_seconds=2)
    stop_clock(service)
    session = service.say("Hello").execution_id
    responses = []
    for _ in range(2):  # One pause is shorter than the idle time, two are longer.
        advance_clock(service, seconds=1.5)
        responses.append(service.send(service.body(executionId=session)))
    assert [turn(response) for response in responses] == [2, 3]


@pytest.mark.clause("session-errors-can-be-400")
def test_session_errors_can_be_400(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_session="400")
    session = service.say("Hello").execution_id
    assert_error(service.send(service.body(executionId="made-up")), 400, UNKNOWN)
    assert_error(to_another_agent(service, session), 400, OTHER_AGENT)
    assert_error(from_another_location(service, session), 400, OTHER_LOCATION)


@pytest.mark.clause("session-errors-can-be-400")
def test_expiry_may_be_400(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_session="400", session_idle_seconds=0)
    session = service.say("Hello").execution_id
    assert_error(service.send(service.body(executionId=session)), 400, EXPIRED)


@pytest.mark.clause("unknown-session-can-start-a-new-one")
def test_unknown_session_can_start_a_new_one(adjusted: Callable[..., Service]) -> None:
    response = adjusted(unknown_session="new-session").say("Hello", execution_id="made-up")
    assert response.execution_id != "made-up"
    assert turn(response) == 1
