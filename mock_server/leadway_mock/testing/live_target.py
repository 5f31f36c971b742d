"""A live service in place of a test's mock, behind a local proxy with a pace and a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from http import HTTPStatus
from typing import Final, NoReturn

from leadway_mock.http_server import Server
from leadway_mock.recording.exchanges import (
    Exchange,
    ReceivedResponse,
    SentRequest,
    redact_exchange,
)
from leadway_mock.recording.proxy import RecordingProxy
from leadway_mock.recording.upstream import Upstream
from leadway_mock.recording.verification.probe_sender import Budget
from leadway_mock.testing.mock import API_VERSION
from leadway_mock.util.no_proxy import no_proxy_variables

VARIABLES: Final = ("LEADWAY_TOKEN", "LEADWAY_LOCATION_ID", "LEADWAY_AGENT_ID")
BUDGET_EXCEEDED_STATUS: Final = 503
"""Status of the response to a request that the budget does not allow."""

MOCK_OPTIONS: Final = ("dialogue", "faults", "settings")
"""Options of the marker `leadway_mock` that need a mock."""


class PacedUpstream(Upstream):
    """Client for the live service that keeps to a pace, and to a number of agent runs."""

    def __init__(self, url: str, budget: Budget, interval_seconds: float) -> None:
        """Call `url` at most every `interval_seconds`; raises `UpstreamError`."""
        super().__init__(url, allow_private=True, allow_http=True)
        self.budget = budget
        self._interval_seconds = interval_seconds
        self._lock = threading.Lock()
        self._sent_at = float("-inf")

    def send(self, request: SentRequest) -> Exchange:
        """Send a request in its turn; one that may run an agent beyond the budget is not sent."""
        may_run = request.method == "POST" and request.path.endswith("/execute")
        with self._lock:
            if may_run and self.budget.is_used_up:
                return _budget_error(request, self.budget)
            pause = self._sent_at + self._interval_seconds - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            self._sent_at = time.monotonic()
            exchange = super().send(request)
            if (
                may_run
                and exchange.response is not None
                and exchange.response.status == HTTPStatus.OK
            ):
                self.budget.used += 1
        return exchange


class LiveTarget:
    """What `leadway_mock` is in a test that runs against the live service.

    It has the attributes of a mock that say where the service is. Any other attribute skips the
    test, since only a mock has it.
    """

    def __init__(self, server_url: str, environment: Mapping[str, str]) -> None:
        self.url = server_url
        self.token = environment["LEADWAY_TOKEN"]
        self.location_id = environment["LEADWAY_LOCATION_ID"]
        self.agent_id = environment["LEADWAY_AGENT_ID"]
        self.execute_url = f"{server_url}/agent-studio/agent/{self.agent_id}/execute"
        self.headers = {"Authorization": f"Bearer {self.token}", "Version": API_VERSION}
        self.environment = {
            **{name: environment[name] for name in VARIABLES},
            "LEADWAY_BASE_URL": server_url,
            "LEADWAY_API_VERSION": API_VERSION,
            # The proxy passes the token on to the live service only.
            "LEADWAY_SEND_TOKEN_ANYWHERE": "1",
            **no_proxy_variables(server_url, environment),
        }

    def __repr__(self) -> str:
        return f"<LiveTarget {self.url}>"

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        import pytest  # noqa: PLC0415 - only a test calls this

        pytest.skip(f"only a mock has leadway_mock.{name}, and this test runs against a service")


class LiveService:
    """Running proxy to the live service for all tests of a run. Close it at the end.

    Raises `ValueError` for a missing variable, `UpstreamError` if the URL cannot be called.
    """

    def __init__(
        self, url: str, environment: Mapping[str, str], *, max_runs: int, interval_seconds: float
    ) -> None:
        missing = [name for name in VARIABLES if not environment.get(name)]
        if missing:
            text = f"--leadway-target={url} needs {' and '.join(missing)} in the environment."
            raise ValueError(text)
        self.budget = Budget(max_runs)
        self._environment = dict(environment)
        self._stack = ExitStack()
        upstream = self._stack.enter_context(PacedUpstream(url, self.budget, interval_seconds))
        self.origin = str(upstream.origin)
        proxy = RecordingProxy(upstream, redact_exchange)
        self._server = self._stack.enter_context(Server(proxy, grace=1.0))

    def target(self) -> LiveTarget:
        """Return what a test gets as `leadway_mock`."""
        return LiveTarget(self._server.url, self._environment)

    def close(self) -> None:
        """Stop the proxy."""
        self._stack.close()


def _budget_error(request: SentRequest, budget: Budget) -> Exchange:
    text = f"The budget of {budget.max_runs} agent runs of this test run is used up."
    body = f'{{"statusCode":{BUDGET_EXCEEDED_STATUS},"message":"{text}"}}'.encode()
    headers = (("Content-Type", "application/json; charset=utf-8"),)
    return Exchange(request, ReceivedResponse(BUDGET_EXCEEDED_STATUS, headers, body), 0.0)
