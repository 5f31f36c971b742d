"""Where a test's mock is: its host, its token, its space, and how an application finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from leadway_mock.agents import ECHO_ID
from leadway_mock.state.namespace import SHARED, Namespace
from leadway_mock.state.namespace_registry import NamespaceRegistry, namespace_name
from leadway_mock.testing.host import Host
from leadway_mock.util.redaction import fingerprint

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOCATION = "C2QujeCh8ZnC7al2InWR"
API_VERSION = "2021-07-28"
NO_SOCKET = "http://127.0.0.1"
"""The base URL where nothing listens: the application is called in process."""


class MockEndpoint:
    """A space of its own on a host, from `_open` to `_close`."""

    def __init__(self, host: Host | None, settings: dict[str, Any], *, serve: bool) -> None:
        """Share `host`, or start one alone with `settings`; `serve` on a port, or in process."""
        self._host = host
        self._settings = settings
        self._serve = serve
        self._is_alone = host is None
        self.token = f"pit-12345678-{str(uuid4())[9:]}"
        """This test's own; its beginning says that it is made up."""

        self.location_id = LOCATION
        self.agent_id = ECHO_ID
        """An agent that is there. A dialogue may name others, which are there by that."""

    @property
    def host(self) -> Host:
        """What serves it; raises `RuntimeError` before it is open and after it is closed."""
        if self._host is None:
            raise RuntimeError("The mock is not running. Use it as `with Mock() as mock:`.")
        return self._host

    @property
    def url(self) -> str:
        """The base URL for the application."""
        return self.host.url if self._serve else NO_SOCKET

    @property
    def wsgi_app(self) -> WSGIApplication:
        """The mock as a WSGI application, for `httpx.WSGITransport(app=...)` and its like."""
        return self.host.app

    @property
    def execute_url(self) -> str:
        """Where messages to `agent_id` go, for a test that makes its requests by hand."""
        return f"{self.url}/agent-studio/agent/{self.agent_id}/execute"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that every request needs."""
        return {"Authorization": f"Bearer {self.token}", "Version": API_VERSION}

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the SDK finds the mock, and your application can."""
        return {
            "LEADWAY_BASE_URL": self.url,
            "LEADWAY_TOKEN": self.token,
            "LEADWAY_LOCATION_ID": self.location_id,
            "LEADWAY_API_VERSION": API_VERSION,
        }

    @property
    def space(self) -> Namespace:
        """The space as it stands now, for what has no method here."""
        return self._spaces.for_token(self.headers["Authorization"])

    @property
    def _spaces(self) -> NamespaceRegistry:
        return self.host.emulator.namespaces

    @property
    def _space_name(self) -> str:
        return self.space.name

    def _open(self, *, everybodys: bool) -> None:
        """Begin in an empty space: this token's own, or everybody's, where every token counts.

        On a host of its own, everybody's is as the settings have it, a durable store included.
        """
        self._host = self._host or Host(**self._settings)
        if not everybodys:
            self._spaces.open(namespace_name(self.headers["Authorization"]))
        elif not self._is_alone:
            self._spaces.reset_keep_open(self._spaces.shared())

    def _close(self) -> None:
        """Forget everything in the space, or stop the host if it is for this test alone."""
        if self._host is None:
            return
        if self._is_alone:
            self._host.close()
            self._host = None
        else:
            self._host.past_tokens.add(self._fingerprint)
            self._forget(self.space)

    def _forget(self, space: Namespace) -> None:
        if space.name == SHARED:
            self._spaces.reset_keep_open(space)
        else:
            space.reset()

    @property
    def _fingerprint(self) -> str:
        """How the journal names the token."""
        return fingerprint(self.headers["Authorization"])
