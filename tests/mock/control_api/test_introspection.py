"""Health, behaviours and metrics by the control API."""

from __future__ import annotations

import json
import re

import pytest

from leadway_mock.metrics.counters import Gauge, Metrics, Tally, text_of
from leadway_mock.metrics.peers import CrewError, Others
from tests.mock.client import Caller, content
from tests.mock.control_api.api import Api

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')


def test_every_response_names_a_row_that_shows_its_evidence(api: Api, caller: Caller) -> None:
    rows = {row["id"]: row for row in api.get("/behaviours")["behaviours"]}
    for response in (caller.say(), caller.say(""), caller.send({}, path="/x")):
        row = rows[response.headers["X-Mock-Rule"]]
        assert row["evidence"] == response.headers["X-Mock-Evidence"]
        assert row["status"] == response.status
        assert row["tests"]
    assert rows["scope-by-profile"]["settings"] == ["profile"]


def metrics(api: Api) -> dict[str, float]:
    """Return each number by its line without it."""
    response = api.response("GET", "/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in response.text.splitlines() if not line.startswith("# ")]
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found)
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_requests_are_counted_by_operation_status_and_rule(api: Api, caller: Caller) -> None:
    caller.begin()
    caller.begin()
    caller.send({}, path="/x")
    found = metrics(api)
    total = 'leadway_mock_requests_total{operation="%s",status="%s",rule="%s"}'
    assert found[total % ("executeAgent", 200, "reply")] == 2
    assert found[total % ("", 404, "route-unknown")] == 1
    assert found["leadway_mock_sessions"] == 2
    assert found["leadway_mock_journal_entries"] == 3
    assert found['leadway_mock_request_seconds_count{operation="executeAgent"}'] == 2


def test_numbers_outlive_a_reset(api: Api, caller: Caller) -> None:
    caller.begin()
    api.post("/reset")
    found = metrics(api)
    assert found["leadway_mock_sessions"] == 0
    assert found['leadway_mock_request_seconds_count{operation="executeAgent"}'] == 1


def test_a_bucket_holds_what_is_below_it() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.0005, 0.02, 7.0):
        metrics.observe("o", 200, "r", seconds)
    lines = text_of(metrics.tally()).splitlines()
    bucket = 'leadway_mock_request_seconds_bucket{operation="o",le="%s"} %d'
    for bound, number in (("0.0005", 2), ("0.001", 2), ("0.025", 3), ("1", 3), ("+Inf", 4)):
        assert bucket % (bound, number) in lines
    (total,) = [line for line in lines if line.startswith("leadway_mock_request_seconds_sum")]
    assert float(total.split()[-1]) == pytest.approx(7.0209)


def test_labels_are_escaped() -> None:
    text = text_of(Tally(), Gauge("g", "A gauge.", 1, {"label": 'a"b\\c\nd'}))
    assert text.endswith('g{label="a\\"b\\\\c\\nd"} 1\n')


def test_help_and_type_stand_before_the_numbers(api: Api, caller: Caller) -> None:
    assert content(caller.say())
    lines = api.response("GET", "/metrics").text.splitlines()
    expected = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(expected) == len(set(expected)) == 7


def test_what_others_have_counted_is_added_as_it_comes_over_from_them() -> None:
    here, there = Metrics(), Metrics()
    for seconds in (0.02, 0.2, 7.0):
        here.observe("o", 200, "r", seconds)
        there.observe("o", 200, "r", seconds)
    there.observe("p", 404, "s", 0.1)
    sent = Tally.from_json(json.loads(json.dumps(there.tally().as_json())))
    text = text_of(here.tally(sent, sent))
    for line in (
        'leadway_mock_requests_total{operation="o",status="200",rule="r"} 9',
        'leadway_mock_requests_total{operation="p",status="404",rule="s"} 2',
        'leadway_mock_request_seconds_bucket{operation="o",le="0.025"} 3',
        'leadway_mock_request_seconds_bucket{operation="o",le="+Inf"} 9',
        'leadway_mock_request_seconds_count{operation="p"} 2',
    ):
        assert f"{line}\n" in text


class SilentCrew:
    """A crew of which nobody responses."""

    size = 2

    def others(self) -> Others:
        raise CrewError("The supervisor of the workers does not answer.")


def test_numbers_that_is_invalid_added_up_are_not_told(api: Api, caller: Caller) -> None:
    caller.emulator.crew = SilentCrew()
    error = api.response("GET", "/metrics")
    assert error.status_code == 503
    assert error.get_json()["message"] == "The supervisor of the workers does not answer."
    assert error.headers["Retry-After"] == "1"
