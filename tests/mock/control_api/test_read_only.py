"""With `--read-only`, the control API shows everything and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.control_api.blueprint import READING_POSTS
from leadway_mock.web import create_app
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import CONTRACT, Api

WRITES = [
    each for each in CONTRACT.operations if each.method != "GET" and each.id not in READING_POSTS
]


@pytest.fixture
def read_only_client(client_with: Callable[..., EmulatorClient]) -> EmulatorClient:
    return client_with(read_only=True)


@pytest.fixture
def read_only(read_only_client: EmulatorClient) -> Api:
    return Api(create_app(emulator=read_only_client.emulator).test_client())


@pytest.mark.behaviour("control-read-only")
@pytest.mark.parametrize("operation", WRITES, ids=lambda each: each.id)
def test_a_read_only_mock_rejects_each_change(
    read_only: Api, read_only_client: EmulatorClient, operation: object
) -> None:
    session = str(read_only_client.begin())
    path = operation.path.replace("{executionId}", session)  # type: ignore[attr-defined]
    response = read_only.response(operation.method, path)  # type: ignore[attr-defined]
    assert response.status_code == 403
    assert response.headers["X-Mock-Rule"] == "control-read-only"
    assert "--read-only" in response.get_json()["message"]
    assert read_only.get("/sessions")["count"] == 1


def test_a_read_only_mock_can_be_searched_and_talked_to(
    read_only: Api, read_only_client: EmulatorClient
) -> None:
    read_only_client.begin()
    assert read_only.get("/health")["readOnly"] is True
    assert read_only.post("/journal/find", {})["count"] == 1
    assert read_only.post("/journal/count", {})["count"] == 1
    assert read_only.post("/journal/wait", {"timeout": 0})["count"] == 1
    assert read_only.post("/dialogues/validate", {"text": "user: a\nagent: b\n"})["problems"] == []
