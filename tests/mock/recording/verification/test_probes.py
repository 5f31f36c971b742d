"""The probes: all behaviours are covered, and two equal mocks agree."""

from __future__ import annotations

from collections import Counter

from leadway_mock.cli.reference_mock import MOCK_VALUES, mock_sender
from leadway_mock.contract.behaviours import behaviours, settings_of
from leadway_mock.recording.verification.probe import Effect
from leadway_mock.recording.verification.probes import NOT_ASKED, PROBES, VALUES, describe_probes
from leadway_mock.recording.verification.verifier import Verdict
from tests.mock.recording.verification.targets import SecondMock, contract, verify_all


def test_every_behaviour_has_a_probe_or_a_reason() -> None:
    probed = {row for each in PROBES.values() for row in each.behaviours}
    explained = Counter(row for rows in NOT_ASKED.values() for row in rows)
    rows = {row.id for row in behaviours(contract())}
    assert rows - probed - set(explained) == set()
    assert (probed | set(explained)) - rows == set()
    assert probed & set(explained) == set()
    assert set(explained.values()) == {1}


def test_every_reference_is_a_value_or_an_earlier_probe() -> None:
    known = {*VALUES, "run"}
    for name, probe in PROBES.items():
        assert probe.references <= known, name
        assert name not in known
        known.add(name)
    assert set(MOCK_VALUES) == {*VALUES, "run"}


def test_the_mock_responds_to_every_probe() -> None:
    found = mock_sender(contract()).observe_all(PROBES.values())
    assert {name: each.reason for name, each in found.items() if each.response is None} == {}
    for name, probe in PROBES.items():
        examples = {row for row in probe.behaviours if row in contract().examples}
        examples = {row for row in examples if not settings_of(row)}
        assert not examples or found[name].rule in examples, name


def test_equal_mocks_agree() -> None:
    results = verify_all(SecondMock())
    assert {each.probe.name: each for each in results if each.verdict is not Verdict.AGREES} == {}
    assert len(results) == len(PROBES) - 1


def test_harmless_probes_only_execute_and_read() -> None:
    for name, probe in PROBES.items():
        if probe.effect is Effect.NONE:
            is_made_up = "no-such-path" in probe.path
            assert probe.method == "GET" or "/execute" in probe.path or is_made_up, name
            assert probe.wait_seconds == 0


def test_the_list_of_probes_names_their_effects() -> None:
    lines = list(describe_probes())
    assert "first-message: harmless, may run the agent; reply, session-start, response-in" in (
        "".join(lines)
    )
    assert any(line.startswith("create-agent: changes; agent-created") for line in lines)
