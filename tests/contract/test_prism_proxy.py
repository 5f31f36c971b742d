"""Prism's proxy detects violations: mocks that break the contract on purpose fail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from leadway_mock.http_server import Server
from tests.contract.evidence import examples
from tests.contract.prism_proxy import ContractViolationError, PrismProxy, run_prism_proxy
from tests.contract.programs import Program
from tests.contract.service import Service, opened

EXAMPLES = {example.name: example.value for example in examples()}
REPLY = EXAMPLES["reply"]


def without(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != name}


RESPONSES: Mapping[str, tuple[str, str, object]] = {
    "valid": ("200 OK", "reply", REPLY),
    "valid-error": ("422 Unprocessable Entity", "body-invalid", EXAMPLES["body-invalid"]),
    "field-dropped": ("200 OK", "reply", without(REPLY, "flowSwitch")),
    "field-of-wrong-type": ("200 OK", "reply", REPLY | {"goalCompletion": "false"}),
    "list-of-wrong-type": ("200 OK", "reply", REPLY | {"attachments": ["url"]}),
    "error-without-message": ("404 Not Found", "agent-unknown", {"statusCode": 404}),
    "status-not-in-the-contract": ("418 I'm a teapot", "reply", REPLY),
}
"""Responses of the broken mock; the request header `Response` selects one."""

INVALID = [name for name in RESPONSES if not name.startswith("valid")]


def broken_mock(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, rule, content = RESPONSES[environ["HTTP_RESPONSE"]]
    start_response(status, [("Content-Type", "application/json"), ("X-Mock-Rule", rule)])
    return [json.dumps(content).encode()]


pytestmark = pytest.mark.xdist_group("test_prism_proxy")

PLAIN_ONLY = pytest.mark.parametrize("setup", ["plain"], indirect=True)
"""The strict proxy does not validate requests, and does not log responses that it replaced."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Prism's proxy in front of the broken mock, and a client."""

    proxy: PrismProxy
    service: Service

    def send(self, response: str, body: dict[str, Any] | None = None) -> None:
        """Send a request that the broken mock answers with the response of that name."""
        self.service.send(body, headers={"Response": response})


@pytest.fixture(scope="module", params=["plain", "strict"])
def setup(request: pytest.FixtureRequest) -> Iterator[Setup]:
    with (
        Server(broken_mock) as server,
        run_prism_proxy(server.url, strict=request.param == "strict") as proxy,
        opened(
            proxy.program.url, trust_env=False, event_hooks={"response": [proxy.check]}
        ) as service,
    ):
        yield Setup(proxy, service)


def test_valid_response_passes(setup: Setup) -> None:
    setup.send("valid")


@pytest.mark.parametrize("response", INVALID)
def test_invalid_response_is_detected_and_remembered(setup: Setup, response: str) -> None:
    with pytest.raises(ContractViolationError, match="the response is invalid"):
        setup.send(response)
    with pytest.raises(ContractViolationError, match=r"the response is invalid|Prism's log"):
        setup.proxy.check_log()


@pytest.mark.parametrize("response", INVALID)
@PLAIN_ONLY
def test_invalid_response_is_in_the_log(setup: Setup, response: str) -> None:
    setup.proxy.program.log.write_bytes(b"")
    with pytest.raises(ContractViolationError):
        setup.send(response)
    with pytest.raises(ContractViolationError, match=r"Prism's log: .*response"):
        setup.proxy.check_log()


@PLAIN_ONLY
def test_invalid_request_must_be_rejected(setup: Setup) -> None:
    invalid = {"message": "Hello"}
    setup.send("valid-error", invalid)
    with pytest.raises(ContractViolationError, match="the request is invalid, and was accepted"):
        setup.send("valid", invalid)


@PLAIN_ONLY
def test_valid_request_must_not_be_rejected(setup: Setup) -> None:
    with pytest.raises(ContractViolationError, match="rejected by body-invalid"):
        setup.send("valid-error")


@pytest.mark.parametrize("setup", ["strict"], indirect=True)
def test_response_of_prism_itself_is_a_violation(setup: Setup) -> None:
    with pytest.raises(ContractViolationError, match="Prism responded itself"):
        setup.service.send(headers={"Authorization": None, "Response": "valid"})


def test_log_without_requests_is_a_violation(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Prism is listening on http://127.0.0.1:4010")
    program = Program("http://127.0.0.1:4010", tmp_path / "log", Mock())
    with pytest.raises(ContractViolationError, match="nothing was validated"):
        PrismProxy(program, strict=False).check_log()
