"""Error responses are bounded, whatever a request contains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from leadway_mock.cli.main import main
from leadway_mock.config.settings import Settings
from leadway_mock.control_api import load_control_contract
from leadway_mock.pipeline import hot_reload
from leadway_mock.web import create_app
from tests.mock.client import CURRENT, LOCATION, TOKEN

MAX_BYTES: Final = 100_000
HEADERS: Final = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}

MANY: Final = 10_000
LONG: Final = "x" * 200_000
BODIES: Final[Mapping[str, Any]] = {
    "many fields": {f"a{number}": 1 for number in range(MANY)},
    "a long field": {LONG: 1},
    "long values": {"id": LONG, "rule": LONG, "name": LONG, "text": LONG, "match": {LONG: LONG}},
    "many lists": {"match": {"status": [{"x": 1}] * MANY}, "scope": [LONG] + ["x"] * MANY},
    "many values": {"entries": [{}] * MANY, "counters": [{}] * MANY, "settings": {}},
    "long numbers": {"times": 10**4_000, "latency": 10**4_000, "status": 10**4_000},
    "many settings": {f"s{number}": LONG[:9] for number in range(MANY)} | {"profile": LONG},
    "a dialogue": {"text": "user: a\nagnt: b\n" * MANY},
    "a dialogue in one line": {"text": "user: a\n" + LONG + ": b\n"},
    "a list": [1] * MANY,
    "nested": {"latency": {"a" * 1_000 + str(number): {} for number in range(200)}},
}


def operations() -> list[tuple[str, str]]:
    found = load_control_contract().operations
    return sorted({(each.method, each.path) for each in found})


@pytest.fixture
def http() -> FlaskClient:
    return create_app().test_client()


@pytest.mark.parametrize("body", BODIES)
def test_errors_of_the_control_api_are_bounded(body: str, http: FlaskClient) -> None:
    for method, path in operations():
        response = http.open(
            path.replace("{", "").replace("}", ""), method=method, json=BODIES[body]
        )
        assert len(response.data) < MAX_BYTES, (method, path)
        assert response.status_code < 500, (method, path)


def test_errors_about_parameters_of_the_control_api_are_bounded(http: FlaskClient) -> None:
    many = "&".join(f"a{number}" for number in range(9_000))
    for method, path in operations():
        for query in (many, LONG, f"limit={LONG}", f"after={LONG}&limit={LONG}&order={LONG}"):
            response = http.open(f"{path}?{query}", method=method, json={})
            assert len(response.data) < MAX_BYTES, (method, path, query[:20])
            assert response.status_code < 500, (method, path)


def test_errors_about_names_in_paths_of_the_control_api_are_bounded(http: FlaskClient) -> None:
    for method, path in operations():
        start, mark, _ = path.partition("{")
        for name in (LONG[:8_000], "é" * 3_000, "a%0ab") if mark else ():
            response = http.open(start + name, method=method, json={})
            assert len(response.data) < MAX_BYTES, (method, path)


@pytest.mark.parametrize(
    "body",
    [
        {f"a{number}": 1 for number in range(MANY)},
        {LONG: 1},
        {"message": 10**4_000, "locationId": [LONG] * 5, "attachments": [{}] * MANY},
        {"message": "x", "inputVariables": {LONG: {LONG: 1}}, "attachments": [{LONG: LONG}]},
        {"message": LONG, "locationId": LONG, "executionId": LONG, "versionId": LONG},
        [LONG],
    ],
)
def test_errors_of_the_emulated_api_are_bounded(body: object, http: FlaskClient) -> None:
    data = json.dumps(body if isinstance(body, list) else {"locationId": LOCATION, **body})  # type: ignore[dict-item]
    for headers in ({}, {"Content-Type": LONG[:9_000]}, {"Version": LONG[:9_000]}):
        sent = {**HEADERS, "Content-Type": "application/json", **headers}
        response = http.post(CURRENT, data=data, headers=sent)
        assert len(response.data) < MAX_BYTES
        assert len(str(response.headers)) < 4_000
        assert response.status_code < 500


def test_load_errors_in_health_and_messages_of_commands_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hot_reload, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(hot_reload, "MAX_WAIT_SECONDS", 60.0)
    for number in range(40):
        (tmp_path / f"d{number}.txt").write_text("user: a\nagent: b\n")
    http = create_app(Settings(dialogues=str(tmp_path))).test_client()
    for number in range(40):
        text = f"{LONG[:30_000]}{number}: b\n" if number % 2 else "user: a\nagnt: b\n" * 60
        (tmp_path / f"d{number}.txt").write_text(text)

    health = http.get("/__mock/health")
    assert health.status_code == 200
    assert health.json
    assert "dialogues" in health.json["loadErrors"]
    assert len(health.data) < MAX_BYTES
    capfd.readouterr()
    assert main(["--dialogues", str(tmp_path)]) == 2
    assert main([f"--agents-file={LONG[:30_000]}"]) == 2
    assert main([f"--store={LONG[:30_000]}"]) == 2
    assert main([f"--port={'9' * 30_000}"]) == 2
    assert len("".join(capfd.readouterr())) < MAX_BYTES
