"""The clients: settings, connections, and the way to an agent."""

from __future__ import annotations

from typing import Self, TypedDict

from typing_extensions import Unpack

from leadway.agents import Agent, AsyncAgent
from leadway.exchange import Manner
from leadway.observing import Observer
from leadway.pacing import Pacer
from leadway.retries import Retries
from leadway.secret import Secret
from leadway.settings import Settings
from leadway.transport import AsyncTransport, Transport


class Options(TypedDict, total=False):
    """What a client may be told; `Settings` says what each means. `None` is as good as nothing."""

    token: str | Secret | None
    location_id: str | None
    base_url: str | None
    api_version: str | None
    timeout: float | None
    connect_timeout: float | None
    retries: Retries | None
    source: str | None
    max_answer_bytes: int | None
    send_token_anywhere: bool | None


class Leadway:
    """The client, for threads.

    It holds the connections, so one is enough for a program. Use it in a `with` block, or close it.

    Args:
        settings: settings that are made already; `options` go over them.
        pacer: keeps to quotas; share one among clients of the same location.
        observer: is called after each attempt, in the thread that made it. What it raises is logged
            as an error, and costs nobody the reply.
        **options: see `Options`.

    Raises:
        SettingsError: something is missing or cannot be.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        pacer: Pacer | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> None:
        options = _hidden(options)
        self.settings: Settings = (
            settings.with_(**options) if settings else Settings.made(**options)
        )
        self._manner = Manner(self.settings.retries, pacer, observer)
        self._transport = Transport(self.settings)

    @classmethod
    def from_env(
        cls,
        *,
        pacer: Pacer | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Make a client of `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and so on.

        What `options` say goes over the environment.

        Raises:
            SettingsError: something is missing, all of it is named, or cannot be.
        """
        options = _hidden(options)
        return cls(Settings.from_env(**options), pacer=pacer, observer=observer)

    def agent(self, agent_id: str) -> Agent:
        """Return the agent with this id; asks the service nothing."""
        return Agent(agent_id, self.settings.location_id, self._manner, self._transport)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self, 'settings', None)!r})"


class AsyncLeadway:
    """The client, for async code, on asyncio or trio; its arguments are those of `Leadway`."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        pacer: Pacer | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> None:
        options = _hidden(options)
        self.settings: Settings = (
            settings.with_(**options) if settings else Settings.made(**options)
        )
        self._manner = Manner(self.settings.retries, pacer, observer)
        self._transport = AsyncTransport(self.settings)

    @classmethod
    def from_env(
        cls,
        *,
        pacer: Pacer | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Make a client of the environment; see `Leadway.from_env`."""
        options = _hidden(options)
        return cls(Settings.from_env(**options), pacer=pacer, observer=observer)

    def agent(self, agent_id: str) -> AsyncAgent:
        """Return the agent with this id; asks the service nothing."""
        return AsyncAgent(agent_id, self.settings.location_id, self._manner, self._transport)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self, 'settings', None)!r})"


def _hidden(options: Options) -> Options:
    """Return the options with the token masked, lest a traceback with local variables shows it."""
    token = options.get("token")
    return {**options, "token": Secret(token) if isinstance(token, str) else token}
