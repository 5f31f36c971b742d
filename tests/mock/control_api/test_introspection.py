"""Health, behaviours and metrics by the control API."""

from __future__ import annotations

import json
import re

import pytest

from leadway_mock.metrics.counters import Gauge, Metrics, MetricTotals, prometheus_text
from leadway_mock.metrics.peers import PeerError, PeerTotals
from tests.mock.client import EmulatorClient, content
from tests.mock.control_api.api import Api

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')


def test_every_response_names_a_row_that_shows_its_evidence(
    api: Api, client: EmulatorClient
) -> None:
    rows = {row["id"]: row for row in api.get("/behaviours")["behaviours"]}
    for response in (client.say(), client.say(""), client.send({}, path="/x")):
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


def test_requests_are_counted_by_operation_status_and_rule(
    api: Api, client: EmulatorClient
) -> None:
    client.begin()
    client.begin()
    client.send({}, path="/x")
    found = metrics(api)
    total = 'leadway_mock_requests_total{operation="%s",status="%s",rule="%s"}'
    assert found[total % ("executeAgent", 200, "reply")] == 2
    assert found[total % ("", 404, "route-unknown")] == 1
    assert found["leadway_mock_sessions"] == 2
    assert found["leadway_mock_journal_entries"] == 3
    assert found['leadway_mock_request_seconds_count{operation="executeAgent"}'] == 2


def test_counters_survive_a_reset(api: Api, client: EmulatorClient) -> None:
    client.begin()
    api.post("/reset")
    found = metrics(api)
    assert found["leadway_mock_sessions"] == 0
    assert found['leadway_mock_request_seconds_count{operation="executeAgent"}'] == 1


def test_a_bucket_holds_what_is_below_it() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.0005, 0.02, 7.0):
        metrics.observe("o", 200, "r", seconds)
    lines = prometheus_text(metrics.totals()).splitlines()
    bucket = 'leadway_mock_request_seconds_bucket{operation="o",le="%s"} %d'
    for bound, number in (("0.0005", 2), ("0.001", 2), ("0.025", 3), ("1", 3), ("+Inf", 4)):
        assert bucket % (bound, number) in lines
    (total,) = [line for line in lines if line.startswith("leadway_mock_request_seconds_sum")]
    assert float(total.split()[-1]) == pytest.approx(7.0209)


def test_labels_are_escaped() -> None:
    text = prometheus_text(MetricTotals(), Gauge("g", "A gauge.", 1, {"label": 'a"b\\c\nd'}))
    assert text.endswith('g{label="a\\"b\\\\c\\nd"} 1\n')


def test_help_and_type_stand_before_the_numbers(api: Api, client: EmulatorClient) -> None:
    assert content(client.say())
    lines = api.response("GET", "/metrics").text.splitlines()
    expected = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(expected) == len(set(expected)) == 7


def test_counters_of_other_processes_are_added() -> None:
    here, there = Metrics(), Metrics()
    for seconds in (0.02, 0.2, 7.0):
        here.observe("o", 200, "r", seconds)
        there.observe("o", 200, "r", seconds)
    there.observe("p", 404, "s", 0.1)
    sent = MetricTotals.from_json(json.loads(json.dumps(there.totals().to_json())))
    text = prometheus_text(here.totals(sent, sent))
    for line in (
        'leadway_mock_requests_total{operation="o",status="200",rule="r"} 9',
        'leadway_mock_requests_total{operation="p",status="404",rule="s"} 2',
        'leadway_mock_request_seconds_bucket{operation="o",le="0.025"} 3',
        'leadway_mock_request_seconds_bucket{operation="o",le="+Inf"} 9',
        'leadway_mock_request_seconds_count{operation="p"} 2',
    ):
        assert f"{line}\n" in text


class SilentWorkers:
    """A crew of which nobody responses."""

    size = 2

    def collect(self) -> PeerTotals:
        raise PeerError("The supervisor of the workers does not respond.")


def test_metrics_are_503_if_the_supervisor_does_not_respond(
    api: Api, client: EmulatorClient
) -> None:
    client.emulator.workers = SilentWorkers()
    error = api.response("GET", "/metrics")
    assert error.status_code == 503
    assert error.get_json()["message"] == "The supervisor of the workers does not respond."
    assert error.headers["Retry-After"] == "1"
