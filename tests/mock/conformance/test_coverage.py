"""Coverage: which documented outcomes occur in a journal, and which do not."""

from __future__ import annotations

import json

import pytest

from leadway_mock.conformance import Coverage, coverage, coverage_text
from leadway_mock.faults import FaultPhase, Transport
from tests.mock.conformance.client import CONTRACT, GOODBYE, EvaluatedClient

CURRENT, OLD = "executeAgent", "executeAgent-deprecated"
EXAMPLES = CONTRACT.operations[0].examples
OLD_PATH = "/agent-studio/public-api/agents/agent1/execute"


def met(client: EvaluatedClient, operation: str = CURRENT) -> dict[str, int]:
    found = {each.id: each for each in coverage(client.entries, CONTRACT).operations}
    return {each.rule: each.hits for each in found[operation].hits}


def test_every_outcome_of_the_contract_is_listed_and_none_hit() -> None:
    found = coverage([], CONTRACT)
    assert [each.id for each in found.operations] == [each.id for each in CONTRACT.operations]
    for listed, operation in zip(found.operations, CONTRACT.operations, strict=True):
        assert [each.rule for each in listed.missed] == list(operation.examples)
        assert listed.hits == ()
    assert found.undocumented == ()


def test_outcomes_are_counted_by_operation(client: EvaluatedClient) -> None:
    session = client.begin()
    client.say(GOODBYE, session)
    client.say(agent="nobody")
    client.begin(path=OLD_PATH)
    assert met(client) == {"reply": 1, "reply-goal-completed": 1, "agent-unknown": 1}
    assert met(client, OLD) == {"reply": 1}


def test_statuses_are_counted(client: EvaluatedClient) -> None:
    client.begin()
    client.say(agent="nobody")
    client.say("hello", "nosuchsession")
    statuses = coverage(client.entries, CONTRACT).operations[0].statuses
    assert (statuses[200], statuses[404], statuses[500]) == (1, 2, 0)
    assert list(statuses) == sorted(statuses)


def test_a_request_for_no_operation_counts_for_all(client: EvaluatedClient) -> None:
    client.say(path="/nowhere")
    client.say(method="GET")
    assert met(client) == met(client, OLD) == {"route-unknown": 1, "method-not-allowed": 1}


def test_an_example_selected_with_prefer_counts(client: EvaluatedClient) -> None:
    client.say(headers={"prefer": "example=version-unpublished"})
    assert met(client) == {"version-unpublished": 1}


def test_a_fault_in_the_platforms_words_counts(client: EvaluatedClient) -> None:
    for fault in ({"status": 500}, {"rule": "upstream-timeout"}, {"status": 429}):
        client.arm(**fault)
        client.say()
        client.remove_faults()
    assert met(client) == {"server-error": 1, "upstream-timeout": 1, "quota-exceeded": 1}


def test_outcomes_outside_the_contract_are_reported_separately(client: EvaluatedClient) -> None:
    client.arm(proxy_status=502)
    client.say()
    client.arm(transport=Transport.EMPTY_RESPONSE, phase=FaultPhase.AFTER_COMMIT)
    client.say()
    found = coverage(client.entries, CONTRACT)
    assert met(client) == {}
    assert [(each.rule, each.status, each.hits) for each in found.undocumented] == [
        ("fault-empty-response", 200, 1),
        ("fault-proxy-page", 502, 1),
    ]
    assert coverage_text(found).endswith(
        "Undocumented: 200 fault-empty-response (1), 502 fault-proxy-page (1)."
    )


def test_evidence_levels_list_hit_and_missed_outcomes(client: EvaluatedClient) -> None:
    client.begin()
    levels = coverage(client.entries, CONTRACT).operations[0].by_evidence
    assert list(levels) == ["documented", "observed", "inferred", "invented"]
    documented, never = levels["documented"]
    assert [each.rule for each in documented] == ["reply"]
    assert "agent-unknown" in [each.rule for each in never]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_text_keeps_within_the_width(client: EvaluatedClient, width: int) -> None:
    client.begin()
    text = coverage_text(coverage(client.entries, CONTRACT), width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert "    hit:    200 reply (1)" in text.splitlines()
    every = len(EXAMPLES)
    assert " ".join(text.split()).startswith(f"executeAgent: 1 of {every} outcomes of the contract")


def test_an_operation_without_requests_is_one_line(client: EvaluatedClient) -> None:
    client.begin()
    lines = coverage_text(coverage(client.entries, CONTRACT)).splitlines()
    assert f"{OLD}: 0 of {len(EXAMPLES)} outcomes of the contract hit" in lines


def test_coverage_survives_json_and_adds_up(client: EvaluatedClient) -> None:
    client.begin()
    client.arm(proxy_status=502)
    client.say()
    found = coverage(client.entries, CONTRACT)
    expected = json.loads(json.dumps(found.to_json()))
    assert Coverage.from_json(expected) == found
    current = expected["operations"][0]
    assert (current["operationId"], current["hits"]) == (CURRENT, 1)
    assert current["missed"] == len(EXAMPLES) - 1
    assert current["outcomes"][0] == {
        "rule": "reply",
        "status": 200,
        "evidence": "documented",
        "hits": 1,
    }
    twice = found + found
    assert twice.operations[0].outcomes[0].hits == 2
    assert [each.hits for each in twice.undocumented] == [2]
    assert twice + coverage([], CONTRACT) == twice
