"""Health, behaviours and metrics by the control API."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.core import GaugeMetricFamily

from leadway_mock.metrics import Metrics, prometheus_text
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
    total = 'leadway_mock_requests_total{operation="%s",rule="%s",status="%s"}'
    assert found[total % ("executeAgent", "reply", 200)] == 2
    assert found[total % ("", "route-unknown", 404)] == 1
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
    lines = prometheus_text(metrics).decode().splitlines()
    bucket = 'leadway_mock_request_seconds_bucket{le="%s",operation="o"} %d.0'
    for bound, number in (("0.0005", 2), ("0.001", 2), ("0.025", 3), ("1.0", 3), ("+Inf", 4)):
        assert bucket % (bound, number) in lines
    (total,) = [line for line in lines if line.startswith("leadway_mock_request_seconds_sum")]
    assert float(total.split()[-1]) == pytest.approx(7.0209)


def test_labels_are_escaped() -> None:
    gauge = GaugeMetricFamily("g", "A gauge.", labels=["label"])
    gauge.add_metric(['a"b\\c\nd'], 1)
    text = prometheus_text(Metrics(), gauge)
    assert text.endswith(b'g{label="a\\"b\\\\c\\nd"} 1.0\n')


def test_help_and_type_stand_before_the_numbers(api: Api, client: EmulatorClient) -> None:
    assert content(client.say())
    lines = api.response("GET", "/metrics").text.splitlines()
    expected = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(expected) == len(set(expected)) == 7


SHARING = """
import os, pathlib, sys
from leadway_mock.metrics import SharedMetrics, prometheus_text, share_metrics

forget = share_metrics(pathlib.Path(sys.argv[1]))
for number in (1, 2):
    process = os.fork()
    if process == 0:
        metrics = SharedMetrics()
        for seconds in (0.02, 0.2, 7.0):
            metrics.observe("o", 200, "r", seconds)
        metrics.observe(f"p{number}", 404, "s", 0.1)
        os._exit(0)
    os.waitpid(process, 0)
    forget(process)
here = SharedMetrics()
here.observe("o", 200, "r", 0.02)
print(prometheus_text(here).decode())
"""


def test_shared_metrics_are_sums_over_processes_that_have_ended_too(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SHARING, str(tmp_path / "new")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in (
        'leadway_mock_requests_total{operation="o",rule="r",status="200"} 7.0',
        'leadway_mock_requests_total{operation="p2",rule="s",status="404"} 1.0',
        'leadway_mock_request_seconds_bucket{le="0.025",operation="o"} 3.0',
        'leadway_mock_request_seconds_bucket{le="+Inf",operation="o"} 7.0',
        'leadway_mock_request_seconds_count{operation="p1"} 1.0',
        "leadway_mock_workers 1.0",
    ):
        assert f"{line}\n" in text


ALONE = """
from leadway_mock.metrics import Metrics, prometheus_text
metrics = Metrics()
metrics.observe("o", 200, "r", 0.02)
print(prometheus_text(metrics).decode())
"""


def test_metrics_of_one_process_write_no_file_for_the_variable_of_another_program(
    tmp_path: Path,
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'leadway_mock_request_seconds_count{operation="o"} 1.0\n' in run.stdout
    assert list(tmp_path.iterdir()) == []
