"""Host that runs the mocks of many tests: one emulator, and a server started on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any

from leadway_mock.config.settings import FIELDS, Settings, SettingsError
from leadway_mock.contract.observations import observed_settings
from leadway_mock.http_server import Server
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.testing.arguments import check_type, checks_arguments
from leadway_mock.util.names import MAX_COMPARED_CHARS, suggest
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server

DEFAULTS = {"port": 0, "validate_responses": True, "max_journal": 10_000}
"""Settings that differ from those of `leadway mock`."""

WORKERS_ERROR = (
    "must be 1 in a test: the mock runs in the process of the test."
    " Leave it out, or start `leadway mock --workers N` beside the test."
)

SHUTDOWN_TIMEOUT_SECONDS = 1.0
"""How long requests in flight may take when the tests have ended."""


def check_settings(settings: Iterable[str], options: Iterable[str] = ()) -> None:
    """Raise `SettingsError` for a name that is neither a setting nor one of `options`."""
    for name in settings:
        if name not in FIELDS:
            hint = suggest(name, [*options, *FIELDS])
            raise SettingsError(f"{name[:MAX_COMPARED_CHARS]} is not a setting; {hint}")


class Host:
    """One emulator in this process, for one test or for all. Thread-safe."""

    @checks_arguments
    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - the fields of `Settings`
        """Build the emulator with settings of `leadway mock`.

        Raises `SettingsError` and `ObservationsError`.
        """
        check_settings(settings)
        chosen = Settings(**(DEFAULTS | observed_settings(settings)))
        if chosen.workers > 1:
            raise SettingsError(WORKERS_ERROR, "workers")
        self.emulator = build_emulator(chosen)
        self.app = create_app(emulator=self.emulator)
        """The WSGI application, for clients that need no socket."""

        self.past_tokens: set[str] = set()
        """Fingerprints of finished tests' tokens; late requests with them are ignored."""

        self.mock_namespaces: set[str] = set()
        """Names of the namespaces that belong to open mocks."""

        self._server: Server | None = None
        self._start_lock = Lock()

    @property
    def url(self) -> str:
        """Base URL of the server; the first access starts it."""
        with self._start_lock:
            if self._server is None:
                server = open_server(
                    self.app, self.emulator.settings, grace=SHUTDOWN_TIMEOUT_SECONDS
                )
                self._server = server.__enter__()
            return self._server.url

    def refusing_connections(self) -> AbstractContextManager[None]:
        """Return a block in which the server refuses connections."""
        if self._server is None:
            raise RuntimeError("There are no connections to refuse: the server was not started.")
        return self._server.refusing_connections()

    @property
    def address(self) -> str:
        """Base URL of the server; empty if it was not started."""
        return self._server.url if self._server else ""

    def __repr__(self) -> str:
        return f"<Host {self.address or 'without a socket'}>"

    def close(self) -> None:
        """Stop the server, if it was started, and close the emulator."""
        if self._server is not None:
            self._server.__exit__(None, None, None)
        self.emulator.close()


class HostPool:
    """Hosts of a test run in one process; tests with the same settings share one."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}

    def get(self, settings: Mapping[str, Any]) -> Host:
        """Return the host with these settings, started if necessary; raises `SettingsError`."""
        check_type("leadway_mock_settings", settings, Mapping, 'settings, such as {"seed": 1}')
        key = repr(sorted(settings.items()))
        if key not in self._hosts:
            self._hosts[key] = Host(**settings)
        return self._hosts[key]

    def close(self) -> None:
        """Close every host."""
        for host in self._hosts.values():
            host.close()
