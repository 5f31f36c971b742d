from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID, GOAL_ID, UNPUBLISHED_ID
from leadway_mock.agents.registry import Agent, AgentRegistry, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import Store
from tests.mock.client import CURRENT, DEPRECATED, LOCATION, Caller, content

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_every_handler_is_an_operation_of_the_contract(caller: Caller) -> None:
    known = {operation.id for operation in caller.emulator.contract.operations}
    assert set(caller.emulator.handlers) <= known


def test_an_answer_has_the_eleven_fields_in_the_documented_order(caller: Caller) -> None:
    assert list(content(caller.say())) == [
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


def test_minted_ids_look_like_the_documented_ones(caller: Caller) -> None:
    answer = content(caller.say())
    assert re.fullmatch(r"[0-9a-z]{24}", answer["executionId"])
    assert re.fullmatch(r"[0-9a-z]{24}", answer["interactionId"])


def test_every_answer_says_which_rule_and_how_well_it_is_known(caller: Caller) -> None:
    answer = caller.say()
    assert answer.headers["X-Mock-Rule"] == "reply"
    assert answer.headers["X-Mock-Evidence"] == "documented"
    assert UUID4.fullmatch(answer.headers["X-Trace-Id"])
    assert "X-Mock-Hint" not in answer.headers


def test_the_trace_id_of_the_body_is_the_headers(caller: Caller) -> None:
    answer = caller.send({"locationId": LOCATION})
    assert answer.rule == "body-invalid"
    assert list(content(answer)) == ["message", "error", "statusCode", "traceId"]
    assert answer.headers["X-Trace-Id"] == content(answer)["traceId"]
    assert UUID4.fullmatch(content(answer)["traceId"])


def test_trace_ids_are_new_each_time(caller: Caller) -> None:
    assert len({caller.say().headers["X-Trace-Id"] for _ in range(20)}) == 20


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
def test_a_path_outside_the_contract(caller: Caller, method: str, path: str) -> None:
    answer = caller.send({}, path=path, method=method, headers={"authorization": None})
    assert list(content(answer).items()) == [
        ("statusCode", 404),
        ("message", f"Cannot {method} {path}"),
        ("error", "Not Found"),
    ]
    assert answer.rule == "route-unknown"
    assert "POST /agent-studio/agent/{agentId}/execute" in answer.hint


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "post", "BREW"])
def test_another_method_is_told_the_right_one(caller: Caller, method: str) -> None:
    answer = caller.send({}, method=method)
    assert (answer.status, answer.rule) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "POST"


def test_the_deprecated_path_says_so_and_names_its_successor(caller: Caller) -> None:
    body = {"message": "hi", "locationId": LOCATION}
    answer = caller.send(body, path=DEPRECATED)
    assert re.fullmatch(r"@\d+", answer.headers["Deprecation"])
    assert answer.headers["Link"] == f'<{CURRENT}>; rel="successor-version"'
    assert "Deprecation" in caller.send({}, path=DEPRECATED).headers
    assert "Deprecation" not in caller.send(body).headers


@pytest.mark.parametrize(
    ("agent", "status", "rule"),
    [
        ("nobody", 404, "agent-unknown"),
        ("inactiveagent00000000000", 400, "agent-inactive"),
        (UNPUBLISHED_ID, 404, "agent-unpublished"),
    ],
)
def test_an_agent_that_cannot_be_reached(
    caller: Caller, agent: str, status: int, rule: str
) -> None:
    answer = caller.say(agent=agent)
    assert (answer.status, answer.rule) == (status, rule)


def test_an_agent_of_another_location_is_unknown(caller_with: Callable[..., Caller]) -> None:
    agent = dataclasses.replace(BUILT_IN.by_id[ECHO_ID], location="elsewhere")
    caller = caller_with(cast=AgentRegistry(by_id={ECHO_ID: agent}))
    assert caller.say().rule == "agent-unknown"
    assert caller.say(locationId="elsewhere").status == 200


def test_a_version_is_chosen_by_id_and_the_latest_without(
    caller_with: Callable[..., Caller],
) -> None:
    versions = (Version("one"), Version("two"), Version("three", published=False))
    agent = Agent("a", "A", lambda heard: AgentReply(heard.version_id), versions=versions)
    caller = caller_with(cast=AgentRegistry(by_id={"a": agent}))
    said = [
        content(caller.say(agent="a", **fields))["response"]
        for fields in ({}, {"versionId": ""}, {"versionId": "one"})
    ]
    assert said == ["two", "two", "one"]
    for unpublished in ("three", "four"):
        answer = caller.say(agent="a", versionId=unpublished)
        assert answer.rule == "version-unpublished"
        assert answer.hint == "Published versions of this agent: one, two."


def test_what_an_agent_hears_is_what_was_sent(caller_with: Callable[..., Caller]) -> None:
    heard: list[AgentInput] = []

    def respond(message: AgentInput) -> AgentReply:
        heard.append(message)
        return AgentReply("ok", state={"turns": message.turn})

    agent = Agent("a", "A", respond, versions=(Version("v1"),))
    caller = caller_with(cast=AgentRegistry(by_id={"a": agent}))
    attachments = [{"type": "image", "imageUrl": "https://example.com/a.png"}]
    fields: dict[str, object] = {
        "inputVariables": {"x": [1]},
        "attachments": attachments,
        "contactId": "c",
    }
    execution_id = caller.begin(message="one", agent="a", **fields)
    caller.say("two", agent="a", executionId=execution_id, contactId="")
    assert heard == [
        AgentInput(1, "one", {"x": [1]}, attachments, "c", execution_id, "v1", {}),
        AgentInput(2, "two", {}, [], None, execution_id, "v1", {"turns": 1}),
    ]


def test_everything_a_reply_says_is_in_the_answer(caller_with: Callable[..., Caller]) -> None:
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
    answer = content(caller_with(cast=AgentRegistry(by_id={"a": agent})).say(agent="a"))
    del answer["executionId"], answer["interactionId"]
    assert answer == {
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


def test_a_completed_goal_is_a_rule_of_its_own(caller: Caller) -> None:
    execution_id = caller.begin(agent=GOAL_ID)
    rules = [caller.say(agent=GOAL_ID, executionId=execution_id).rule for _ in range(2)]
    assert rules == ["reply", "reply-goal-completed"]


def test_unknown_properties_are_refused_or_ignored(caller_with: Callable[..., Caller]) -> None:
    assert caller_with().say(extra=1).status == 422
    assert caller_with(unknown_properties="ignore").say(extra=1).status == 200


def test_a_body_beyond_the_limit(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(max_body_bytes=100)
    assert caller.say().status == 200
    assert caller.say("x" * 100).rule == "body-too-large"


def test_the_same_seed_gives_the_same_answers(caller_with: Callable[..., Caller]) -> None:
    def run(seed: int | None) -> list[tuple[object, object]]:
        caller = caller_with(seed=seed)
        caller.emulator.reset()
        execution_id = caller.begin()
        answers = [caller.say(executionId=execution_id), caller.send({}), caller.say()]
        return [(answer.content, answer.headers["X-Trace-Id"]) for answer in answers]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert run(None) != run(None)


def test_reset_is_a_fresh_start(caller: Caller) -> None:
    execution_id = caller.begin()
    caller.emulator.reset()
    assert caller.emulator.sessions.count() == 0
    assert caller.emulator.journal.count() == 0
    assert caller.say(executionId=execution_id).rule == "session-unknown"


def _with(contract: Contract, **changes: Any) -> Contract:
    """Return the contract with its first operation changed."""
    first = dataclasses.replace(contract.operations[0], **changes)
    return Contract(contract.document, contract.source, (first, *contract.operations[1:]))


def _emulator(contract: Contract, store: Store) -> Caller:
    clock = ManualClock()
    settings = Settings(validate_responses=True)
    return Caller(Emulator(settings, contract, BUILT_IN, store, clock), clock)


def test_a_new_operation_works_the_moment_it_is_written(contract: Contract, store: Store) -> None:
    by_query = {"name": "locationId", "in": "query", "schema": {"type": "string"}}
    changes = {"id": "listThings", "method": "GET", "path": "/things", "body_schema": None}
    parameters = (*contract.operations[0].parameters, by_query)
    caller = _emulator(_with(contract, **changes, parameters=parameters), store)
    path = {"path": "/things", "method": "GET"}
    answer = caller.send(b"", **path, query="locationId=L")  # type: ignore[arg-type]
    assert (answer.status, answer.rule) == (200, "reply")
    assert answer.content == contract.examples["reply"].content
    assert answer.headers["X-RateLimit-Remaining"] == "99"
    assert caller.send(b"", **path).rule == "location-missing"  # type: ignore[arg-type]


def test_an_operation_without_location_or_version_asks_for_none(
    contract: Contract, store: Store
) -> None:
    changes = {"id": "ping", "path": "/ping", "body_schema": None, "parameters": ()}
    caller = _emulator(_with(contract, **changes), store)
    answer = caller.send(b"", path="/ping", headers={"version": None})
    assert answer.status == 200


@pytest.mark.behaviour("mock-failure")
def test_an_answer_that_breaks_the_contract_does_not_go_out(
    contract: Contract, store: Store
) -> None:
    schemas: Mapping[int, Any] = {200: {"type": "object", "required": ["nonsense"]}}
    caller = _emulator(_with(contract, response_schemas=schemas), store)
    answer = caller.say()
    assert (answer.status, answer.rule, answer.evidence) == (500, "mock-failure", "invented")
    assert answer.hint == "The response breaks the contract at $: 'nonsense' is a required property"
    assert "documents no status 422" in caller.say("").hint


@pytest.mark.behaviour("mock-failure")
def test_a_failure_of_the_mock_is_logged_and_owned_up_to(
    caller_with: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: AgentInput) -> AgentReply:
        raise RuntimeError("the agent broke")

    agent = Agent("a", "A", fail, versions=(Version("v1"),))
    caller = caller_with(cast=AgentRegistry(by_id={"a": agent}))
    answer = caller.say(agent="a")
    assert (answer.status, answer.rule, answer.evidence) == (500, "mock-failure", "invented")
    assert content(answer) == {"statusCode": 500, "message": "Internal Server Error"}
    assert "the agent broke" in caplog.text
    assert caller.emulator.journal.count() == 1


@pytest.mark.parametrize(
    ("reply", "turns"),
    [
        (AgentReply("x", state={"a": float("nan")}), 0),
        (AgentReply("x", attachments=({"a": float("inf")},)), 1),
        (AgentReply("x", generative_outputs=({"a": object()},)), 1),
    ],
)
def test_an_agent_that_says_what_is_no_json_is_a_failure_of_the_mock(
    reply: AgentReply,
    turns: int,
    caller_with: Callable[..., Caller],
    caplog: pytest.LogCaptureFixture,
) -> None:
    agent = Agent("a", "A", lambda _: reply, versions=(Version("v1"),))
    caller = caller_with(cast=AgentRegistry(by_id={"a": agent}))
    answer = caller.say(agent="a")
    assert (answer.status, answer.rule) == (500, "mock-failure")
    assert b"Internal Server Error" in answer.body
    assert "JSON" in caplog.text
    (entry,) = caller.emulator.journal.entries(after=0, limit=9)
    assert entry["response"]["rule"] == "mock-failure"
    assert caller.emulator.sessions.count() == turns


def test_each_request_is_a_line_in_the_log(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="leadway_mock")
    execution_id = caller.begin()
    caller.send({"input": "x", "locationId": LOCATION})
    caller.send({}, path="/a\r\nb/pit-99999999-9999-4999-8999-999999999999")
    first, second, third = caplog.messages
    assert re.fullmatch(
        rf"POST {CURRENT} -> 200 reply, turn 1 of {execution_id} \(\d+\.\d ms\)", first
    )
    assert "422 body-invalid" in second
    assert "\n    hint: /input: unknown property 'input'; did you mean 'message'?" in second
    assert third.startswith("POST /a  b/pit-[redacted] -> 404 route-unknown")


def test_a_hint_is_one_line_of_printable_ascii(caller: Caller) -> None:
    name = "ñ\r\nSet-Cookie: x\x00" + "y" * 5000
    answer = caller.send({"message": "hi", "locationId": LOCATION, name: 1})
    hint = answer.headers["X-Mock-Hint"]
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
        assert operation.scopes == ("agent-studio.write",)
