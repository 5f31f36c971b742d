"""Section "Agents and sessions": what has to be there before an agent can answer."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from leadway_client.models import Error
from tests.contract.refusals import assert_refused
from tests.contract.service import Service, turn

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
    "This executionId has expired: its session was silent for too long (documented are 30 minutes)."
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


@pytest.mark.clause("agent-has-to-exist")
def test_agent_has_to_exist(service: Service) -> None:
    assert_refused(service.send(path=service.path(NO_AGENT)), 404, "Agent not found")
    answer = service.call(agent_id=NO_AGENT, way="deprecated")
    assert isinstance(answer.parsed, Error)
    assert answer.parsed.message == "Agent not found"


@pytest.mark.clause("agent-has-to-be-active")
def test_agent_has_to_be_active(service: Service) -> None:
    answer = service.send(path=service.path(INACTIVE_AGENT))
    assert_refused(answer, 400, "Agent is not active")


@pytest.mark.clause("agent-has-to-be-published")
def test_agent_has_to_be_published(service: Service) -> None:
    answer = service.send(path=service.path(UNPUBLISHED_AGENT))
    assert_refused(answer, 404, "Agent not found")


@pytest.mark.clause("latest-version-by-default")
def test_latest_version_by_default(service: Service) -> None:
    assert service.say("Hello").success
    assert service.say("Hello", version_id=SAMPLE_VERSION).success


@pytest.mark.clause("version-has-to-be-published")
def test_version_has_to_be_published(service: Service) -> None:
    assert_refused(service.send(service.body(versionId="made-up")), 404, NO_VERSION)


@pytest.mark.clause("unknown-session-teaches")
def test_unknown_session_teaches(service: Service) -> None:
    body = service.body(executionId="a1b2c3d4e5f6g7h8i9j0k1l2")
    assert_refused(service.send(body), 404, UNKNOWN)


def to_another_agent(service: Service, session: str) -> httpx.Response:
    return service.send(service.body(executionId=session), path=service.path(GOAL_AGENT))


def from_another_location(service: Service, session: str) -> httpx.Response:
    return service.send(service.body(executionId=session, locationId="anotherLocation00000"))


@pytest.mark.clause("session-belongs-to-its-agent")
def test_session_belongs_to_its_agent(service: Service) -> None:
    session = service.say("Hello").execution_id
    assert_refused(to_another_agent(service, session), 404, OTHER_AGENT)
    assert turn(service.say("Still here", execution_id=session)) == 2


@pytest.mark.clause("session-belongs-to-its-location")
def test_session_belongs_to_its_location(service: Service) -> None:
    session = service.say("Hello").execution_id
    assert_refused(from_another_location(service, session), 404, OTHER_LOCATION)
    assert turn(service.say("Still here", execution_id=session)) == 2


@pytest.mark.clause("session-expires")
def test_session_expires(adjusted: Callable[..., Service]) -> None:
    service = adjusted(session_idle_seconds=0)
    session = service.say("Hello").execution_id
    assert_refused(service.send(service.body(executionId=session)), 404, EXPIRED)
    assert turn(service.say("A new one, then")) == 1


@pytest.mark.clause("each-turn-renews-the-session")
def test_each_turn_renews_the_session(adjusted: Callable[..., Service]) -> None:
    service = adjusted(session_idle_seconds=1)
    while True:
        sent = [time.monotonic()]
        session = service.say("Hello").execution_id
        answers, longest = [], 0.0
        for _ in range(2):
            time.sleep(0.6)  # Once is less than a second, and twice is more.
            sent.append(time.monotonic())
            answers.append(service.send(service.body(executionId=session)))
            longest = max(longest, time.monotonic() - sent[-2])
        if longest < 1:  # A busy machine may be late; only a punctual one proves anything.
            break
    assert [turn(answer) for answer in answers] == [2, 3]


@pytest.mark.clause("session-refusals-may-be-400")
def test_session_refusals_may_be_400(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_session="400")
    session = service.say("Hello").execution_id
    assert_refused(service.send(service.body(executionId="made-up")), 400, UNKNOWN)
    assert_refused(to_another_agent(service, session), 400, OTHER_AGENT)
    assert_refused(from_another_location(service, session), 400, OTHER_LOCATION)


@pytest.mark.clause("session-refusals-may-be-400")
def test_expiry_may_be_400(adjusted: Callable[..., Service]) -> None:
    service = adjusted(unknown_session="400", session_idle_seconds=0)
    session = service.say("Hello").execution_id
    assert_refused(service.send(service.body(executionId=session)), 400, EXPIRED)


@pytest.mark.clause("session-refusals-may-be-new-sessions")
def test_session_refusals_may_be_new_sessions(adjusted: Callable[..., Service]) -> None:
    answer = adjusted(unknown_session="new-session").say("Hello", execution_id="made-up")
    assert answer.execution_id != "made-up"
    assert turn(answer) == 1
