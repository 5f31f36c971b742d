"""Faults in a mock that is called in process, without connections."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from leadway_mock.faults import Fault, FaultPhase, Transport, fixed
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.fault_registry import arm
from leadway_mock.web import create_app
from tests.mock.client import CURRENT, LOCATION, TOKEN

BODY = {"message": "Hello", "locationId": LOCATION}
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with closing(build_emulator()) as built:
        yield built


@pytest.fixture
def client(emulator: Emulator) -> FlaskClient:
    return create_app(emulator=emulator).test_client()


@pytest.mark.behaviour("fault-needs-server")
@pytest.mark.parametrize("transport", list(Transport))
def test_a_transport_fault_without_a_connection_says_so(
    emulator: Emulator,
    client: FlaskClient,
    transport: Transport,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = Fault(transport=transport, phase=FaultPhase.AFTER_COMMIT)
    arm(emulator.namespaces, emulator.contract, "", fault)
    response = client.post(CURRENT, json=BODY, headers=HEADERS)
    assert response.status_code == 500
    assert response.headers["X-Mock-Rule"] == "fault-needs-server"
    assert response.headers["X-Mock-Fault"] == "fault-1"
    assert response.json
    assert response.json["statusCode"] == 500
    assert f"The fault {transport} needs the mock's HTTP server" in response.json["message"]
    assert "Start the mock with `leadway mock`" in caplog.text
    assert client.post(CURRENT, json=BODY, headers=HEADERS).status_code == 200


def test_a_delayed_response_is_awaited(emulator: Emulator, client: FlaskClient) -> None:
    arm(emulator.namespaces, emulator.contract, "", Fault(latency=fixed(0.2)))
    began = time.monotonic()
    assert client.post(CURRENT, json=BODY, headers=HEADERS).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_proxy_needs_no_server(emulator: Emulator, client: FlaskClient) -> None:
    arm(emulator.namespaces, emulator.contract, "", Fault(proxy_status=521))
    response = client.post(CURRENT, json=BODY, headers=HEADERS)
    assert response.status == "521 Web Server Is Down"
    assert response.content_type == "text/html; charset=UTF-8"
    assert response.text.startswith("<!DOCTYPE html>")
