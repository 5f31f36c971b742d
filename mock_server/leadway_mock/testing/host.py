"""What serves the mocks of many tests: one emulator, and a server once somebody needs its URL."""

from __future__ import annotations

from threading import Lock
from typing import Any

from leadway_mock.config.settings import Settings, SettingsError
from leadway_mock.http_server import Server
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.serving import open_server

DEFAULTS = {"port": 0, "validate_responses": True, "max_journal": 10_000}
"""Where a mock for tests differs from one for people: it is strict with itself, too."""

ONE_PROCESS = (
    "cannot be more than 1 here: the mock of a test answers in the process that watches it."
    " Leave it out, or start `leadway mock --workers N` beside the test."
)

GRACE = 1.0
"""Seconds that requests in flight get when the tests are over."""


class Host:
    """One mock in this process, for one test or for all. Safe to share among threads."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - the fields of `Settings`
        """Put it together; the settings are those of `leadway mock`. Raises what they raise."""
        chosen = Settings(**(DEFAULTS | settings))
        if chosen.workers > 1:
            raise SettingsError(ONE_PROCESS, "workers")
        self.emulator = build_emulator(chosen)
        self.app = create_app(emulator=self.emulator)
        """The WSGI application, for clients that need no socket."""

        self.past_tokens: set[str] = set()
        """Fingerprints of tokens whose test is over: what is late belongs to nobody else."""

        self._server: Server | None = None
        self._starting = Lock()

    @property
    def url(self) -> str:
        """The base URL of the server, which is started when it is first asked for."""
        with self._starting:
            if self._server is None:
                self._server = self._started()
            return self._server.url

    def close(self) -> None:
        """Stop the server, if there is one, and forget everything."""
        if self._server is not None:
            self._server.__exit__(None, None, None)
        self.emulator.close()

    def _started(self) -> Server:
        return open_server(self.app, self.emulator.settings, grace=GRACE).__enter__()
