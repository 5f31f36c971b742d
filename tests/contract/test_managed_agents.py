"""Section "Managed agents": turns with a key, lists, and reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from leadway_client.api.managed_agents import (
    execute_managed_agent,
    get_managed_agent,
    list_managed_agents,
)
from leadway_client.models import (
    ExecuteManagedAgentRequest,
    ExecuteManagedAgentResponse,
    ManagedAgent,
    ManagedAgentList,
)
from tests.contract.service import Service, stop_clock

AGENT = "027ee957-ae94-40ad-89a3-b25c985f729b"
UNPUBLISHED = "00000000-0000-4000-8000-000000000405"
LIST = "/agent-studio/managed-agents"
OTHER_LOCATION = "anotherLocation00000"

Send = Callable[..., httpx.Response]


def say(service: Service, *, key: str | None = "", **fields: Any) -> httpx.Response:
    """Send a message; with an empty `key` the key is new, with None there is none."""
    path = fields.pop("path", f"{LIST}/{AGENT}/execute")
    sent = {"Version": "v3", "Idempotency-Key": (key or str(uuid4())) if key is not None else None}
    return service.send(service.body(**fields), path=path, headers=sent)


def read(service: Service, path: str = LIST, **query: Any) -> httpx.Response:
    """Read from a path with the account's location in the query."""
    query = {"locationId": service.account.location_id} | query
    params = {name: value for name, value in query.items() if value is not None}
    return service.send(method="GET", path=path, headers={"Version": "v3"}, params=params)


def message(response: httpx.Response, status: int) -> Any:
    """Return the message of an error with that status."""
    assert response.status_code == status, response.text
    return response.json()["message"]


@pytest.mark.clause("managed-agent-replies")
def test_managed_agent_replies(service: Service) -> None:
    body = ExecuteManagedAgentRequest(
        message="Hello", location_id=service.account.location_id, contact_id="cid_abc123def456"
    )
    reply = execute_managed_agent.sync(
        AGENT, client=service.client, body=body, version="v3", idempotency_key=str(uuid4())
    )
    assert isinstance(reply, ExecuteManagedAgentResponse)
    assert reply.success
    assert reply.agent_id == AGENT
    assert reply.session_id
    assert reply.final_text
    assert isinstance(reply.tools_fired, list)


@pytest.mark.clause("managed-session-continues")
def test_managed_session_continues(service: Service) -> None:
    session = say(service).json()["sessionId"]
    assert say(service, sessionId=session).json()["sessionId"] == session


@pytest.mark.clause("managed-turns-count")
def test_managed_turns_count(service: Service) -> None:
    session = say(service, message="One").json()["sessionId"]
    text = say(service, message="Two", sessionId=session).json()["finalText"]
    assert text == "Turn 2. You said: Two"


@pytest.mark.clause("managed-session-errors")
def test_managed_session_errors(service: Service) -> None:
    assert "Unknown sessionId" in message(say(service, sessionId="nosuchsession"), 404)
    other = service.say("Hello").execution_id
    assert "another agent" in message(say(service, sessionId=other), 404)


@pytest.mark.clause("managed-agents-are-listed")
def test_managed_agents_are_listed(service: Service) -> None:
    found = list_managed_agents.sync(
        client=service.client, location_id=service.account.location_id, version="v3"
    )
    assert isinstance(found, ManagedAgentList)
    assert AGENT in [agent.id for agent in found.agents]
    assert found.total >= len(found.agents)
    page = found.to_dict()
    assert (page["skip"], page["limit"], page["hasMore"]) == (0, 25, False)


@pytest.mark.clause("managed-agents-are-paged-and-searched")
def test_managed_agents_are_paged_and_searched(service: Service) -> None:
    assert read(service, skip=1).json() == {
        "agents": [],
        "total": 1,
        "skip": 1,
        "limit": 25,
        "hasMore": False,
    }
    found = [read(service, query=text, limit=1).json()["total"] for text in ("QUALI", "leads", "x")]
    assert found == [1, 1, 0]


@pytest.mark.clause("managed-agent-is-read")
def test_managed_agent_is_read(service: Service) -> None:
    agent = get_managed_agent.sync(
        AGENT, client=service.client, location_id=service.account.location_id, version="v3"
    )
    assert isinstance(agent, ManagedAgent)
    assert (agent.id, agent.name) == (AGENT, "Lead Qualifier")
    assert agent.tools == ["web_search", "kb_search"]


@pytest.mark.clause("managed-agent-must-be-published")
def test_managed_agent_must_be_published(service: Service) -> None:
    assert UNPUBLISHED not in [each["id"] for each in read(service).json()["agents"]]
    assert message(read(service, f"{LIST}/{UNPUBLISHED}"), 404) == "Agent not found"
    path = f"{LIST}/{UNPUBLISHED}/execute"
    assert message(say(service, path=path), 404) == "Agent not found"


@pytest.mark.clause("managed-and-other-agents-differ")
def test_managed_and_other_agents_differ(service: Service) -> None:
    path = f"{LIST}/{service.account.agent_id}/execute"
    assert message(say(service, path=path), 404) == "Agent not found"
    assert message(service.send(path=service.path(AGENT)), 404) == "Agent not found"


@pytest.mark.clause("managed-agents-need-v3")
def test_managed_agents_need_v3(service: Service) -> None:
    for method, path in (
        ("GET", LIST),
        ("GET", f"{LIST}/{AGENT}"),
        ("POST", f"{LIST}/{AGENT}/execute"),
    ):
        response = service.send(method=method, path=path, headers={"Version": "2021-07-28"})
        assert message(response, 404) == f"Cannot {method} {path}"


@pytest.mark.clause("query-is-validated")
def test_query_is_validated(service: Service) -> None:
    assert message(read(service, limit=101, skip=-1, query="x" * 257), 422) == [
        "skip must not be less than 0",
        "limit must not be greater than 100",
        "query must be shorter than or equal to 256 characters",
    ]
    assert message(read(service, limit="ten"), 422) == ["limit must be an integer number"]
    assert message(read(service, locationId=None), 400) == "locationId is required"


@pytest.mark.clause("managed-scope-is-required")
def test_managed_scope_is_required(service: Service) -> None:
    token = "Bearer pit-00000000-0000-4000-8000-000000000403"
    sent = {"Version": "v3", "Idempotency-Key": str(uuid4()), "Authorization": token}
    response = service.send(path=f"{LIST}/{AGENT}/execute", headers=sent)
    assert response.status_code in {401, 403}
    assert response.json()["message"] == "The token is not authorized for this scope."


@pytest.mark.clause("key-is-required")
def test_key_is_required(service: Service) -> None:
    assert message(say(service, key=None), 400) == "Idempotency-Key header is required"


@pytest.mark.clause("key-length-is-limited")
def test_key_length_is_limited(service: Service) -> None:
    unique = str(uuid4())
    assert say(service, key=unique.ljust(128, "x")).status_code == 200
    assert "128 characters" in message(say(service, key=unique.ljust(129, "x")), 400)


@pytest.mark.clause("key-repeats-the-response")
def test_key_repeats_the_response(service: Service) -> None:
    session, key = say(service).json()["sessionId"], str(uuid4())
    first, again = (say(service, key=key, message="Twice", sessionId=session) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert say(service, sessionId=session).json()["finalText"].startswith("Turn 3.")


@pytest.mark.clause("key-belongs-to-its-request")
@pytest.mark.parametrize(
    "change",
    [
        {"message": "Another"},
        {"extraVariables": {"plan": "premium"}},
        {"sessionId": "another"},
        {"contactId": "another"},
    ],
)
def test_key_belongs_to_its_request(service: Service, change: Mapping[str, Any]) -> None:
    key = str(uuid4())
    say(service, key=key, message="First")
    text = message(say(service, key=key, **{"message": "First", **change}), 422)
    assert text == "This Idempotency-Key was used for another request."


@pytest.mark.clause("order-of-properties-is-no-change")
def test_order_of_properties_is_no_change(service: Service) -> None:
    key, body = str(uuid4()), service.body(extraVariables={"a": 1, "b": [{"c": 2, "d": 3}]})
    other = {name: body[name] for name in reversed(body)}
    other["extraVariables"] = {"b": [{"d": 3, "c": 2}], "a": 1}
    sent = {"Version": "v3", "Idempotency-Key": key}
    path = f"{LIST}/{AGENT}/execute"
    one, two = (service.send(each, path=path, headers=sent) for each in (body, other))
    assert one.status_code == 200
    assert one.content == two.content


@pytest.mark.clause("rejected-request-leaves-the-key-unused")
def test_rejected_request_leaves_the_key_unused(service: Service) -> None:
    key = str(uuid4())
    assert say(service, key=key, message=5).status_code == 422
    assert say(service, key=key, sessionId="nosuchsession").status_code == 404
    assert say(service, key=key).status_code == 200


@pytest.mark.clause("managed-message-is-limited")
def test_managed_message_is_limited(service: Service) -> None:
    assert message(say(service, message=" \n"), 422) == [
        "message must match /\\S/ regular expression"
    ]
    assert message(say(service, message="x" * 10_001), 422) == [
        "message must be shorter than or equal to 10000 characters"
    ]
    assert say(service, message="x" * 10_000).status_code == 200
    for name in ("sessionId", "contactId"):
        assert message(say(service, **{name: "x" * 257}), 422) == [
            f"{name} must be shorter than or equal to 256 characters"
        ]


def nested(depth: int) -> Any:
    return {"x": nested(depth - 1)} if depth > 1 else {"x": 1}


@pytest.mark.clause("extra-variables-are-limited")
def test_extra_variables_are_limited(service: Service) -> None:
    empty = len(json.dumps({"text": ""}, separators=(",", ":")))
    longest = "x" * (32 * 1024 - empty)
    assert say(service, extraVariables={"text": longest}).status_code == 200
    text = message(say(service, extraVariables={"text": f"{longest}x"}), 422)
    assert text == ["extraVariables must have at most 32768 bytes as JSON"]
    assert say(service, extraVariables=nested(5)).status_code == 200
    text = message(say(service, extraVariables=nested(6)), 422)
    assert text == ["extraVariables must be nested at most 5 levels deep"]


RESERVED = (
    {"contact": {"id": "x"}},
    {"Account": 1},
    {"location.name": "x"},
    {"USERID": "x"},
    {"global": {"sessionId": "x"}},
    {"inputs.contact.id": "x"},
    {"raw": {"runtime": {"AgencyId": "x"}}},
    {"runtime": {"contact.email": "x"}},
    {"raw.global": {"companyId": "x"}},
)
ALLOWED = (
    {"mine": {"contact": {"id": "x"}, "userId": "x"}},
    {"mine.contact": "x"},
    {"contacts": "x", "accountName": "x", "userIds": "x"},
    {"global": {"mine": {"sessionId": "x"}}},
    {"global": "x"},
)


@pytest.mark.clause("reserved-variables-are-rejected")
@pytest.mark.parametrize("variables", RESERVED, ids=str)
def test_reserved_variables_are_rejected(service: Service, variables: Mapping[str, Any]) -> None:
    text = message(say(service, extraVariables=variables), 400)
    assert text.startswith("extraVariables.")
    assert text.endswith(" is reserved")


@pytest.mark.clause("reserved-names-below-own-ones-are-accepted")
@pytest.mark.parametrize("variables", ALLOWED, ids=str)
def test_reserved_names_below_own_ones_are_accepted(
    service: Service, variables: Mapping[str, Any]
) -> None:
    assert say(service, extraVariables=variables).status_code == 200


@pytest.mark.clause("key-is-forgotten")
def test_key_is_forgotten(adjusted: Callable[..., Service]) -> None:
    service = adjusted(idempotency_key_seconds=0)
    first, second = (say(service, key="one") for _ in range(2))
    assert first.json()["sessionId"] != second.json()["sessionId"]


@pytest.mark.clause("scope-of-keys-is-a-setting")
def test_scope_of_keys_is_a_setting(adjusted: Callable[..., Service]) -> None:
    for scope, expected in (("agent", 200), ("location", 200), ("all", 422)):
        service = adjusted(idempotency_scope=scope)
        say(service, key="one")
        response = say(service, key="one", locationId="elsewhere")
        assert response.status_code == expected, scope


@pytest.mark.clause("key-of-another-request-is-a-setting")
def test_key_of_another_request_is_a_setting(adjusted: Callable[..., Service]) -> None:
    service = adjusted(idempotency_mismatch="repeat")
    first = say(service, key="one", message="First")
    assert say(service, key="one", message="Second").content == first.content
    service = adjusted(idempotency_mismatch="process")
    say(service, key="one", message="First")
    assert say(service, key="one", message="Second").json()["finalText"].endswith("Second")


@pytest.mark.clause("managed-quota-is-retryable")
def test_managed_quota_is_retryable(adjusted: Callable[..., Service]) -> None:
    service = adjusted(enforce_quotas=True, quota_10_seconds=1)
    stop_clock(service)
    responses = [say(service, key="one") for _ in range(2)]
    rejected = responses[-1]
    assert rejected.status_code == 429
    assert rejected.json()["retryable"] is True
    assert int(rejected.headers["Retry-After"]) > 0
