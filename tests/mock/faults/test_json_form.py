"""Faults as values and as JSON, and the problems of invalid ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leadway_mock.documents.problems import Problem
from leadway_mock.faults import (
    Fault,
    FaultError,
    FaultPhase,
    Transport,
    as_json,
    fixed,
    lognormal,
    read_fault,
    read_latency,
    schema_text,
    uniform,
)
from leadway_mock.faults.model import FIELDS
from leadway_mock.faults.proxy_pages import PROXY_REASONS
from tests.mock.client import TOKEN

SCHEMA = json.loads(schema_text())

GOOD: list[tuple[dict[str, Any], Fault]] = [
    (
        {"status": 200, "body": {"a": [1.5, None]}, "headers": {"X-A": "b"}},
        Fault(status=200, body={"a": [1.5, None]}, headers={"X-A": "b"}),
    ),
    ({"status": 204, "body": ""}, Fault(status=204, body="")),
    ({"status": 200, "body": 1.0}, Fault(status=200, body=1.0)),
    ({"status": 200, "body": False}, Fault(status=200, body=False)),
    ({"mergePatch": {"a": None}}, Fault(merge_patch={"a": None})),
    ({"status": 500, "times": "until-disarmed"}, Fault(status=500, times="until-disarmed")),
    ({"status": 500}, Fault(status=500)),
    ({"rule": "upstream-timeout", "times": 3}, Fault(rule="upstream-timeout", times=3)),
    ({"status": 429, "retryAfter": 30}, Fault(status=429, retry_after=30)),
    (
        {"rule": "proxy-unavailable", "retryAfter": 0},
        Fault(rule="proxy-unavailable", retry_after=0),
    ),
    (
        {"proxyStatus": 520, "phase": "after-commit"},
        Fault(proxy_status=520, phase=FaultPhase.AFTER_COMMIT),
    ),
    ({"transport": "HANG", "id": "a.b-c_1"}, Fault(transport=Transport.HANG, id="a.b-c_1")),
    (
        {"transport": "SLOW_BODY", "bodySeconds": "3s"},
        Fault(transport=Transport.SLOW_BODY, body_seconds=3),
    ),
    ({"latency": "200ms"}, Fault(latency=fixed(0.2))),
    ({"latency": 2}, Fault(latency=fixed(2))),
    ({"latency": {"fixed": "1.5 s"}}, Fault(latency=fixed(1.5))),
    ({"latency": {"uniform": ["100ms", "1m"]}}, Fault(latency=uniform(0.1, 60))),
    (
        {"latency": {"lognormal": {"median": "300ms", "sigma": 0.5}}, "status": 500},
        Fault(latency=lognormal(0.3, 0.5), status=500),
    ),
    (
        {"operationId": "executeAgent", "agentId": "a", "executionId": "s", "status": 500},
        Fault(operation_id="executeAgent", agent_id="a", execution_id="s", status=500),
    ),
]

BAD: list[tuple[object, str]] = [
    ([], "the fault: the fault must be a mapping, not a list"),
    ({}, "the fault: this fault has no effect — add status, mergePatch, rule, proxyStatus"),
    ({"times": 3}, "this fault has no effect"),
    ({"statu": 500}, "/statu: `statu` is not known here — did you mean `status`?"),
    ({"status": 500, "probability": 0.5}, "/probability: `probability` is not known here — known"),
    ({"status": "500"}, "/status: `status` must be a whole number, not text"),
    ({"status": True}, "/status: `status` must be a whole number, not true or false"),
    ({"status": 600}, "/status: `status` is out of range — write a number from 100 to 599"),
    ({"status": 200, "body": None}, "/body: `body` must be a mapping or a list or text or a"),
    ({"status": 200, "headers": []}, "/headers: `headers` must be a mapping, not a list"),
    ({"status": 200, "headers": {"X-A": 1}}, "/headers/X-A: `X-A` must be text, not a number"),
    ({"mergePatch": {}}, "/mergePatch: `mergePatch` is empty"),
    ({"status": 500, "times": "x"}, "/times: `times` has an invalid value — On how many"),
    ({"status": 500, "times": 0}, "/times: `times` is out of range — write a number from 1 to"),
    ({"status": 500, "id": "a b"}, "/id: `id` has an invalid value — Up to 64 letters"),
    ({"status": 500, "agentId": ""}, "/agentId: `agentId` is empty"),
    ({"status": 500, "rule": "x" * 201}, "/rule: `rule` is longer than 200 characters"),
    (
        {"status": 500, "phase": "later"},
        "/phase: `phase` cannot be `later` — write `before-commit`",
    ),
    ({"transport": "BANG"}, "/transport: `transport` cannot be `BANG` — write `CONNECTION_RESET"),
    ({"proxyStatus": 404}, "/proxyStatus: `proxyStatus` cannot be `404` — write `403`"),
    ({"status": 429, "retryAfter": -1}, "/retryAfter: `retryAfter` is out of range"),
    ({"latency": "soon"}, "/latency: `latency` has an invalid value — A duration such as 200ms"),
    ({"latency": None, "times": 1}, "/latency: `latency` must be a number or text or a mapping"),
    ({"latency": -1}, "/latency: `latency` is out of range — write a number from 0 to 600"),
    ({"latency": 601}, "/latency: `latency` is out of range"),
    ({"latency": []}, "/latency: `latency` must be a number or text or a mapping, not a list"),
    ({"latency": {}}, "/latency: `latency` is empty"),
    ({"latency": {"normal": 1}}, "/latency/normal: `normal` is not known here"),
    ({"latency": {"uniform": 1}}, "/latency/uniform: `uniform` must be a list, not a number"),
    ({"latency": {"uniform": [1]}}, "/latency/uniform: `uniform` has an invalid value — Two"),
    ({"latency": {"lognormal": 1}}, "/latency/lognormal: `lognormal` must be a mapping"),
    ({"latency": {"lognormal": {"sigma": 1}}}, "/latency/lognormal: `median` is missing here"),
    (
        {"latency": {"lognormal": {"median": 1, "sigma": "x"}}},
        "/latency/lognormal/sigma: `sigma` must be a number, not text",
    ),
    (
        {"latency": {"lognormal": {"median": 1, "sigma": 9}}},
        "/latency/lognormal/sigma: `sigma` is out of range",
    ),
]

SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({"status": 500, "proxyStatus": 502}, "/proxyStatus: status and proxyStatus exclude each"),
    ({"latency": 1, "phase": "before-commit"}, "/phase: a fault that delivers the whole response"),
    ({"transport": "SLOW_BODY", "phase": "before-commit"}, "/phase: a fault that delivers"),
    ({"transport": "HANG", "bodySeconds": 1}, "/bodySeconds: this is for SLOW_BODY only"),
    ({"status": 500, "retryAfter": 1}, "/retryAfter: only 429 and 503 have Retry-After"),
    ({"status": 500, "executionId": TOKEN}, "/executionId: this looks like a credential"),
    ({"status": 500, "id": TOKEN}, "/id: this looks like a credential"),
    ({"latency": {"uniform": [2, 1]}}, "/latency/uniform: 2 s to 1 s is an empty range"),
    ({"latency": "11m"}, "/latency/fixed: 660 seconds is out of range"),
    ({"transport": "SLOW_BODY", "bodySeconds": "11m"}, "/bodySeconds: `bodySeconds` is out of"),
]
"""Problems that the schema does not express."""


@pytest.mark.parametrize(("value", "fault"), GOOD, ids=str)
def test_python_and_json_forms_are_equivalent(value: dict[str, Any], fault: Fault) -> None:
    assert read_fault(value) == fault
    assert read_fault(as_json(fault)) == fault
    assert json.loads(json.dumps(as_json(fault))) == as_json(fault)
    for form in (value, as_json(fault)):
        Draft202012Validator(SCHEMA).validate(form)


@pytest.mark.parametrize(("value", "problem"), [*BAD, *SENSELESS], ids=str)
def test_a_problem_has_location_message_and_hint(value: object, problem: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_fault(value)
    assert problem in str(caught.value)
    assert " — " in str(caught.value)


@pytest.mark.parametrize(("value", "_"), BAD, ids=str)
def test_the_schema_rejects_it_too(value: object, _: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(value)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(FaultError) as caught:
        read_fault({"statu": 1, "times": "x", "latency": {"uniform": [-1, 999]}})
    assert [problem.location for problem in caught.value.problems] == [
        "/statu",
        "/times",
        "/latency/uniform/0",
        "/latency/uniform/1",
    ]


def test_python_accepts_the_names_of_enumerations() -> None:
    fault = Fault(transport="HANG", phase="after-commit")  # type: ignore[arg-type]  # on purpose
    assert (fault.transport, fault.phase) == (Transport.HANG, FaultPhase.AFTER_COMMIT)
    with pytest.raises(FaultError, match="cannot be `BANG`"):
        Fault(transport="BANG")  # type: ignore[arg-type]  # on purpose


def test_the_default_phase_follows_from_the_effect() -> None:
    assert Fault(status=500).phase is FaultPhase.BEFORE_COMMIT
    assert Fault(transport=Transport.HANG, latency=fixed(1)).phase is FaultPhase.BEFORE_COMMIT
    assert Fault(latency=fixed(1)).phase is FaultPhase.AFTER_COMMIT
    assert Fault(transport=Transport.SLOW_BODY).phase is FaultPhase.AFTER_COMMIT


def test_a_problem_can_be_placed_in_a_larger_document() -> None:
    problem = Problem("/times", "what", "fix").under("turns", 3, "fault")
    assert str(problem) == "/turns/3/fault/times: what — fix"


def test_a_latency_is_read_alone() -> None:
    assert read_latency("200ms") == fixed(0.2)
    with pytest.raises(FaultError, match=r"^the fault: `latency` has an invalid value"):
        read_latency("x")
    with pytest.raises(FaultError, match=r"^/uniform: `uniform` has an invalid value"):
        read_latency({"uniform": []})


def described(node: object) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping of the schema that describes a property."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name in {"properties", "$defs"}:
                yield from child.values()
            yield from described(child)
    elif isinstance(node, list):
        for child in node:
            yield from described(child)


def test_the_schema_is_valid_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in described(SCHEMA):
        assert each["title"]
        assert each["description"].endswith(".")


def test_the_schema_knows_what_the_model_knows() -> None:
    properties = SCHEMA["properties"]
    assert list(properties) == list(FIELDS)
    assert properties["phase"]["enum"] == list(FaultPhase)
    assert properties["transport"]["enum"] == list(Transport)
    assert tuple(properties["proxyStatus"]["enum"]) == tuple(PROXY_REASONS)


def test_the_examples_of_the_schema_obey_it() -> None:
    for each in described(SCHEMA):
        validator = Draft202012Validator({**each, "$defs": SCHEMA["$defs"]})
        for value in each.get("examples", []):
            validator.validate(value)
