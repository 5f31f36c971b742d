from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID, GOAL_ID, UNPUBLISHED_ID
from leadway_mock.agents.registry import Agent, AgentRegistry, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import Store
from tests.mock.client import CURRENT, DEPRECATED, LOCATION, EmulatorClient, content

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_every_handler_is_an_operation_of_the_contract(client: EmulatorClient) -> None:
    known = {operation.id for operation in client.emulator.contract.operations}
    assert set(client.emulator.handlers) <= known


def test_a_response_has_the_eleven_fields_in_the_documented_order(client: EmulatorClient) -> None:
    assert list(content(client.say())) == [
        "success",
        "executionId",
        "interactionId",
        "response",
        "type",
        "nextExpectedInput",
        "goalCompletion",
        "executionStatus",
        "flowSwitch",
        "attachments",
        "generativeOutputs",
    ]


def test_a_long_message_is_matched_where_no_event_loop_waits(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("user: /x+/\nagent: yes\n")
    clock = ManualClock()
    with closing(build_emulator(Settings(dialogues=str(file), quiet=True), clock)) as emulator:
        response = EmulatorClient(emulator, clock).say("x" * 5_000)
    assert content(response)["response"] == "yes"


def test_minted_ids_look_like_the_documented_ones(client: EmulatorClient) -> None:
    response = content(client.say())
    assert re.fullmatch(r"[0-9a-z]{24}", response["executionId"])
    assert re.fullmatch(r"[0-9a-z]{24}", response["interactionId"])


def test_every_response_names_its_rule_and_evidence(client: EmulatorClient) -> None:
    response = client.say()
    assert response.headers["X-Mock-Rule"] == "reply"
    assert response.headers["X-Mock-Evidence"] == "documented"
    assert UUID4.fullmatch(response.headers["X-Trace-Id"])
    assert "X-Mock-Hint" not in response.headers


def test_the_trace_id_of_the_body_is_the_headers(client: EmulatorClient) -> None:
    response = client.send({"locationId": LOCATION})
    assert response.rule == "body-invalid"
    assert list(content(response)) == ["message", "error", "statusCode", "traceId"]
    assert response.headers["X-Trace-Id"] == content(response)["traceId"]
    assert UUID4.fullmatch(content(response)["traceId"])
    again = client.send({"locationId": LOCATION})
    assert content(again)["traceId"] != content(response)["traceId"]


def test_trace_ids_are_new_each_time(client: EmulatorClient) -> None:
    assert len({client.say().headers["X-Trace-Id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("GET", "/agent-studio/agents"),
        ("POST", f"/agent-studio/{ECHO_ID}/execute"),
        ("POST", "/agent-studio/agent//execute"),
        ("POST", f"{CURRENT}/"),
        ("POST", f"/{CURRENT}"),
        ("BREW", "/coffee"),
    ],
)
def test_a_path_outside_the_contract(client: EmulatorClient, method: str, path: str) -> None:
    response = client.send({}, path=path, method=method, headers={"authorization": None})
    assert list(content(response).items()) == [
        ("statusCode", 404),
        ("message", f"Cannot {method} {path}"),
        ("error", "Not Found"),
    ]
    assert response.rule == "route-unknown"
    assert "POST /agent-studio/agent/{agentId}/execute" in response.hint


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "post", "BREW"])
def test_another_method_gets_a_hint_with_the_right_one(client: EmulatorClient, method: str) -> None:
    response = client.send({}, method=method)
    assert (response.status, response.rule) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "POST"


def test_the_deprecated_path_says_so_and_names_its_successor(client: EmulatorClient) -> None:
    body = {"message": "hi", "locationId": LOCATION}
    response = client.send(body, path=DEPRECATED)
    assert re.fullmatch(r"@\d+", response.headers["Deprecation"])
    assert response.headers["Link"] == f'<{CURRENT}>; rel="successor-version"'
    assert "Deprecation" in client.send({}, path=DEPRECATED).headers
    assert "Deprecation" not in client.send(body).headers


@pytest.mark.parametrize(
    ("agent", "status", "rule"),
    [
        ("nobody", 404, "agent-unknown"),
        ("inactiveagent00000000000", 400, "agent-inactive"),
        (UNPUBLISHED_ID, 404, "agent-unpublished"),
    ],
)
def test_an_agent_that_cannot_be_reached(
    client: EmulatorClient, agent: str, status: int, rule: str
) -> None:
    response = client.say(agent=agent)
    assert (response.status, response.rule) == (status, rule)


def test_an_agent_of_another_location_is_unknown(
    client_with: Callable[..., EmulatorClient],
) -> None:
    agent = dataclasses.replace(BUILT_IN.by_id[ECHO_ID], location="elsewhere")
    client = client_with(cast=AgentRegistry(by_id={ECHO_ID: agent}))
    assert client.say().rule == "agent-unknown"
    assert client.say(locationId="elsewhere").status == 200


def test_a_version_is_chosen_by_id_and_the_latest_without(
    client_with: Callable[..., EmulatorClient],
) -> None:
    versions = (Version("one"), Version("two"), Version("three", published=False))
    agent = Agent("a", "A", lambda received: AgentReply(received.version_id), versions=versions)
    client = client_with(cast=AgentRegistry(by_id={"a": agent}))
    said = [
        content(client.say(agent="a", **fields))["response"]
        for fields in ({}, {"versionId": ""}, {"versionId": "one"})
    ]
    assert said == ["two", "two", "one"]
    for unpublished in ("three", "four"):
        response = client.say(agent="a", versionId=unpublished)
        assert response.rule == "version-unpublished"
        assert response.hint == "Published versions of this agent: one, two."


def test_an_agent_receives_the_fields_of_the_request(
    client_with: Callable[..., EmulatorClient],
) -> None:
    received: list[AgentInput] = []

    def respond(message: AgentInput) -> AgentReply:
        received.append(message)
        return AgentReply("ok", state={"turns": message.turn})

    agent = Agent("a", "A", respond, versions=(Version("v1"),))
    client = client_with(cast=AgentRegistry(by_id={"a": agent}))
    attachments = [{"type": "image", "imageUrl": "https://example.com/a.png"}]
    fields: dict[str, object] = {
        "inputVariables": {"x": [1]},
        "attachments": attachments,
        "contactId": "c",
    }
    execution_id = client.begin(message="one", agent="a", **fields)
    client.say("two", agent="a", executionId=execution_id, contactId="")
    assert received == [
        AgentInput(1, "one", {"x": [1]}, attachments, "c", execution_id, "v1", {}),
        AgentInput(2, "two", {}, [], None, execution_id, "v1", {"turns": 1}),
    ]


def test_every_field_of_a_reply_is_in_the_response(
    client_with: Callable[..., EmulatorClient],
) -> None:
    reply = AgentReply(
        "r",
        goal_completion=True,
        flow_switch=True,
        attachments=[{"a": 1}],
        generative_outputs=[{"b": 2}],
        type="card",
        next_expected_input="none",
        execution_status="failed",
        success=False,
    )
    agent = Agent("a", "A", lambda _: reply, versions=(Version("v1"),))
    response = content(client_with(cast=AgentRegistry(by_id={"a": agent})).say(agent="a"))
    del response["executionId"], response["interactionId"]
    assert response == {
        "success": False,
        "response": "r",
        "type": "card",
        "nextExpectedInput": "none",
        "goalCompletion": True,
        "executionStatus": "failed",
        "flowSwitch": True,
        "attachments": [{"a": 1}],
        "generativeOutputs": [{"b": 2}],
    }


def test_a_completed_goal_is_a_rule_of_its_own(client: EmulatorClient) -> None:
    execution_id = client.begin(agent=GOAL_ID)
    rules = [client.say(agent=GOAL_ID, executionId=execution_id).rule for _ in range(2)]
    assert rules == ["reply", "reply-goal-completed"]


def test_unknown_properties_are_rejected_or_ignored(
    client_with: Callable[..., EmulatorClient],
) -> None:
    assert client_with().say(extra=1).status == 422
    assert client_with(unknown_properties="ignore").say(extra=1).status == 200


def test_a_body_beyond_the_limit(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(max_body_bytes=100)
    assert client.say().status == 200
    assert client.say("x" * 100).rule == "body-too-large"


def test_the_same_seed_gives_the_same_responses(client_with: Callable[..., EmulatorClient]) -> None:
    def run(seed: int | None) -> list[tuple[object, object]]:
        client = client_with(seed=seed)
        client.emulator.reset()
        execution_id = client.begin()
        responses = [client.say(executionId=execution_id), client.send({}), client.say()]
        return [(response.content, response.headers["X-Trace-Id"]) for response in responses]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert run(None) != run(None)


def test_reset_is_a_fresh_start(client: EmulatorClient) -> None:
    execution_id = client.begin()
    client.emulator.reset()
    assert client.emulator.sessions.count() == 0
    assert client.emulator.journal.count() == 0
    assert client.say(executionId=execution_id).rule == "session-unknown"


def _with(contract: Contract, **changes: Any) -> Contract:
    """Return the contract with its first operation changed."""
    first = dataclasses.replace(contract.operations[0], **changes)
    return Contract(contract.document, contract.source, (first, *contract.operations[1:]))


def _emulator(contract: Contract, store: Store) -> EmulatorClient:
    clock = ManualClock()
    settings = Settings(validate_responses=True)
    return EmulatorClient(Emulator(settings, contract, BUILT_IN, store, clock), clock)


def test_a_new_operation_of_the_contract_is_served(contract: Contract, store: Store) -> None:
    by_query = {"name": "locationId", "in": "query", "schema": {"type": "string"}}
    changes = {"id": "listThings", "method": "GET", "path": "/things", "body_schema": None}
    parameters = (*contract.operations[0].parameters, by_query)
    client = _emulator(_with(contract, **changes, parameters=parameters), store)
    path = {"path": "/things", "method": "GET"}
    response = client.send(b"", **path, query="locationId=L")  # type: ignore[arg-type]
    assert (response.status, response.rule) == (200, "reply")
    assert response.content == contract.examples["reply"].content
    assert response.headers["X-RateLimit-Remaining"] == "99"
    assert client.send(b"", **path).rule == "location-missing"  # type: ignore[arg-type]


def test_an_operation_without_location_or_version_requires_none(
    contract: Contract, store: Store
) -> None:
    changes = {"id": "ping", "path": "/ping", "body_schema": None, "parameters": ()}
    client = _emulator(_with(contract, **changes), store)
    response = client.send(b"", path="/ping", headers={"version": None})
    assert response.status == 200


@pytest.mark.behaviour("mock-failure")
def test_an_invalid_response_is_not_sent(contract: Contract, store: Store) -> None:
    schemas: Mapping[int, Any] = {200: {"type": "object", "required": ["nonsense"]}}
    client = _emulator(_with(contract, response_schemas=schemas), store)
    response = client.say()
    assert (response.status, response.rule, response.evidence) == (500, "mock-failure", "invented")
    assert (
        response.hint == "The response breaks the contract at $: 'nonsense' is a required property"
    )
    assert "documents no status 422" in client.say("").hint


@pytest.mark.behaviour("mock-failure")
def test_a_failure_of_the_mock_is_logged_and_reported(
    client_with: Callable[..., EmulatorClient], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: AgentInput) -> AgentReply:
        raise RuntimeError("the agent broke")

    agent = Agent("a", "A", fail, versions=(Version("v1"),))
    client = client_with(cast=AgentRegistry(by_id={"a": agent}))
    response = client.say(agent="a")
    assert (response.status, response.rule, response.evidence) == (500, "mock-failure", "invented")
    assert content(response) == {"statusCode": 500, "message": "Internal Server Error"}
    assert "the agent broke" in caplog.text
    assert client.emulator.journal.count() == 1


@pytest.mark.parametrize(
    "reply",
    [
        AgentReply("x", state={"a": float("nan")}),
        AgentReply("x", attachments=({"a": float("inf")},)),
        AgentReply("x", generative_outputs=({"a": object()},)),
    ],
)
def test_a_reply_that_is_not_json_is_a_failure_of_the_mock(
    reply: AgentReply,
    client_with: Callable[..., EmulatorClient],
    caplog: pytest.LogCaptureFixture,
) -> None:
    agent = Agent("a", "A", lambda _: reply, versions=(Version("v1"),))
    client = client_with(cast=AgentRegistry(by_id={"a": agent}))
    response = client.say(agent="a")
    assert (response.status, response.rule) == (500, "mock-failure")
    assert b"Internal Server Error" in response.body
    assert "JSON" in caplog.text
    (entry,) = client.emulator.journal.entries(after=0, limit=9)
    assert entry["response"]["rule"] == "mock-failure"
    assert "turn" not in entry
    assert client.emulator.sessions.count() == 0


def test_a_state_that_the_agent_changes_after_its_turn_stays(
    client_with: Callable[..., EmulatorClient],
) -> None:
    state = {"step": 1}
    agent = Agent("a", "A", lambda _: AgentReply("x", state=state), versions=(Version("v1"),))
    client = client_with(cast=AgentRegistry(by_id={"a": agent}))
    execution_id = content(client.say(agent="a"))["executionId"]
    state["step"] = 2
    session = client.emulator.sessions.find(execution_id)
    assert session is not None
    assert session.state == {"step": 1}


def test_each_request_is_a_line_in_the_log(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="leadway_mock")
    execution_id = client.begin()
    client.send({"input": "x", "locationId": LOCATION})
    client.send({}, path="/a\r\nb/pit-99999999-9999-4999-8999-999999999999")
    first, second, third = caplog.messages
    assert re.fullmatch(
        rf"POST {CURRENT} -> 200 reply, turn 1 of {execution_id} \(\d+\.\d ms\)", first
    )
    assert "422 body-invalid" in second
    assert "\n    The body violates" in second
    assert "X-Mock-Hint and /__mock/journal say more." in second
    assert "input" not in second
    assert third.startswith("POST /a  b/pit-[redacted] -> 404 route-unknown")


def test_a_hint_is_one_line_of_printable_ascii(client: EmulatorClient) -> None:
    name = "ñ\r\nSet-Cookie: x\x00" + "y" * 5000
    response = client.send({"message": "hi", "locationId": LOCATION, name: 1})
    hint = response.headers["X-Mock-Hint"]
    assert hint.isascii()
    assert hint.isprintable()
    assert len(hint) <= 1100


def test_paths_are_matched_by_segment(contract: Contract) -> None:
    def found(path: str) -> list[tuple[str, dict[str, str]]]:
        return [
            (operation.id, dict(parameters))
            for operation, parameters in contract.operations_at(path)
        ]

    assert found("/agent-studio/agent/a b/execute") == [("executeAgent", {"agentId": "a b"})]
    assert found("/agent-studio/agent/a/b/execute") == []
    assert found("agent-studio/agent/a/execute") == []


def test_operations_are_resolved(contract: Contract) -> None:
    def references(node: object) -> bool:
        if isinstance(node, Mapping):
            return "$ref" in node or any(references(value) for value in node.values())
        return isinstance(node, list | tuple) and any(references(item) for item in node)

    operation: Operation
    for operation in contract.operations:
        assert not references(operation.body_schema)
        assert not references(operation.parameters)
        is_managed = operation.path.startswith("/agent-studio/managed-agents")
        if operation.path.startswith("/oauth/"):
            assert operation.scopes == (() if operation.is_public else ("oauth.write",))
            continue
        reads = () if is_managed else ("agent-studio.readonly",)
        writes = ("managed-agents.write",) if is_managed else ("agent-studio.write",)
        assert operation.scopes == (reads if operation.method == "GET" else writes)
