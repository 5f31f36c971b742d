"""Faults as values and as JSON: what makes sense, and what is said of what does not."""

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
from leadway_mock.faults.json_form import FIELDS
from leadway_mock.faults.proxy_pages import PROXY_STATUSES
from tests.mock.client import TOKEN

SCHEMA = json.loads(schema_text())

GOOD: list[tuple[dict[str, Any], Fault]] = [
    ({"status": 500}, Fault(status=500)),
    ({"rule": "upstream-timeout", "times": 3}, Fault(rule="upstream-timeout", times=3)),
    ({"status": 429, "retryAfter": 30}, Fault(status=429, retry_after=30)),
    (
        {"rule": "proxy-unavailable", "retryAfter": 0},
        Fault(rule="proxy-unavailable", retry_after=0),
    ),
    (
        {"proxy": 520, "when": "after-commit"},
        Fault(proxy_status=520, phase=FaultPhase.AFTER_COMMIT),
    ),
    ({"transport": "HANG", "id": "a.b-c_1"}, Fault(transport=Transport.HANG, id="a.b-c_1")),
    (
        {"transport": "SLOW_BODY", "spread": "3s"},
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
        {"operation": "executeAgent", "agent": "a", "session": "s", "status": 500},
        Fault(operation_id="executeAgent", agent_id="a", execution_id="s", status=500),
    ),
]

BAD: list[tuple[object, str]] = [
    ([], "the fault: a fault is an object"),
    ({}, "the fault: this fault does nothing — give it one of status, rule, proxy, transport"),
    ({"times": 3}, "this fault does nothing"),
    ({"statu": 500}, "/statu: no fault has this — did you mean `status`?"),
    ({"status": 500, "probability": 0.5}, "/probability: no fault has this — there are id,"),
    ({"status": "500"}, "/status: this must be a whole number"),
    ({"status": True}, "/status: this must be a whole number"),
    ({"status": 200}, "/status: 200 is out of range — 400 to 599 as a status is wanted"),
    ({"status": 500, "times": 0}, "/times: 0 is out of range — 1 to 1,000,000 calls is wanted"),
    ({"status": 500, "id": "a b"}, "/id: 'a b' is no name"),
    ({"status": 500, "agent": ""}, "/agent: this must be a text"),
    ({"status": 500, "when": "later"}, "/when: 'later' is not known — choose one of before-commit"),
    ({"transport": "BANG"}, "/transport: 'BANG' is not known — choose one of CONNECTION_RESET"),
    ({"proxy": 404}, "/proxy: no proxy answers 404 here"),
    ({"status": 429, "retryAfter": -1}, "/retryAfter: -1 is out of range"),
    ({"latency": "soon"}, "/latency: 'soon' is no length of time — write it as 200ms"),
    ({"latency": None, "times": 1}, "this fault does nothing"),
    ({"latency": -1}, "/latency/fixed: -1 seconds is no delay"),
    ({"latency": 601}, "/latency/fixed: 601 seconds is no delay"),
    ({"latency": []}, "/latency: this must be a length of time"),
    ({"latency": {}}, "/latency: a latency has one distribution"),
    ({"latency": {"normal": 1}}, "/latency: a latency has one distribution"),
    ({"latency": {"uniform": 1}}, "/latency/uniform: a uniform latency is a list"),
    ({"latency": {"lognormal": 1}}, "/latency/lognormal: a lognormal latency has a median"),
    (
        {"latency": {"lognormal": {"median": 1, "sigma": "x"}}},
        "/latency/lognormal: this must be a number",
    ),
    (
        {"latency": {"lognormal": {"median": 1, "sigma": 9}}},
        "/latency/lognormal/sigma: a sigma of 9 is out of range",
    ),
]

SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({"status": 500, "proxy": 502}, "/proxy: status and proxy cannot both happen"),
    ({"latency": 1, "when": "before-commit"}, "/when: a call that is answered in full was heard"),
    ({"transport": "SLOW_BODY", "when": "before-commit"}, "/when: a call that is answered in full"),
    ({"transport": "HANG", "spread": 1}, "/spread: only SLOW_BODY spreads a body"),
    ({"status": 500, "retryAfter": 1}, "/retryAfter: only 429 and 503 say when to come again"),
    ({"status": 500, "session": TOKEN}, "/session: this looks like a credential"),
    ({"status": 500, "id": TOKEN}, "/id: this looks like a credential"),
    ({"latency": {"uniform": [2, 1]}}, "/latency/uniform: a delay from 2 s to 1 s ends before"),
]
"""What a schema would need many words to refuse, so ours lets it pass."""


@pytest.mark.parametrize(("value", "fault"), GOOD, ids=str)
def test_the_two_spellings_mean_the_same(value: dict[str, Any], fault: Fault) -> None:
    assert read_fault(value) == fault
    assert read_fault(as_json(fault)) == fault
    assert json.loads(json.dumps(as_json(fault))) == as_json(fault)
    for form in (value, as_json(fault)):
        Draft202012Validator(SCHEMA).validate(form)


@pytest.mark.parametrize(("value", "lesson"), [*BAD, *SENSELESS], ids=str)
def test_what_is_wrong_is_said_with_its_place_and_a_cure(value: object, lesson: str) -> None:
    with pytest.raises(FaultError) as refused:
        read_fault(value)
    assert str(refused.value).startswith(lesson) or lesson in str(refused.value)
    assert " — " in str(refused.value)


@pytest.mark.parametrize(("value", "_"), BAD, ids=str)
def test_the_schema_refuses_it_too(value: object, _: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(value)


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(FaultError) as refused:
        read_fault({"statu": 1, "times": "x", "latency": {"uniform": [-1, 999]}})
    assert [problem.location for problem in refused.value.problems] == [
        "/statu",
        "/times",
        "/latency/uniform/0",
        "/latency/uniform/1",
    ]


def test_a_fault_in_python_takes_names_as_well() -> None:
    fault = Fault(transport="HANG", phase="after-commit")  # type: ignore[arg-type]  # on purpose
    assert (fault.transport, fault.phase) == (Transport.HANG, FaultPhase.AFTER_COMMIT)
    with pytest.raises(FaultError, match="'BANG' is not known"):
        Fault(transport="BANG")  # type: ignore[arg-type]  # on purpose


def test_the_side_of_the_commit_follows_from_what_a_fault_does() -> None:
    assert Fault(status=500).phase is FaultPhase.BEFORE_COMMIT
    assert Fault(transport=Transport.HANG, latency=fixed(1)).phase is FaultPhase.BEFORE_COMMIT
    assert Fault(latency=fixed(1)).phase is FaultPhase.AFTER_COMMIT
    assert Fault(transport=Transport.SLOW_BODY).phase is FaultPhase.AFTER_COMMIT


def test_a_problem_can_be_placed_in_a_larger_document() -> None:
    problem = Problem("/times", "what", "mend").under("turns", 3, "fault")
    assert str(problem) == "/turns/3/fault/times: what — mend"


def test_a_latency_is_read_alone() -> None:
    assert read_latency("200ms") == fixed(0.2)
    with pytest.raises(FaultError, match=r"^the fault: 'x' is no length of time"):
        read_latency("x")
    with pytest.raises(FaultError, match=r"^/uniform: a uniform latency"):
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


def test_the_schema_is_a_schema_and_explains_each_of_its_properties() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for each in described(SCHEMA):
        assert each["title"]
        assert each["description"].endswith(".")


def test_the_schema_knows_what_the_model_knows() -> None:
    properties = SCHEMA["properties"]
    assert list(properties) == list(FIELDS)
    assert properties["when"]["enum"] == list(FaultPhase)
    assert properties["transport"]["enum"] == list(Transport)
    assert tuple(properties["proxy"]["enum"]) == PROXY_STATUSES


def test_the_examples_of_the_schema_obey_it() -> None:
    for each in described(SCHEMA):
        validator = Draft202012Validator({**each, "$defs": SCHEMA["$defs"]})
        for value in each.get("examples", []):
            validator.validate(value)
