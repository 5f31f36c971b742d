"""Clients: settings, connections, and agents."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Self, TypedDict

from typing_extensions import Unpack, deprecated

from leadway._agent_versions import (
    AgentDetails,
    AgentPage,
    NewAgentFields,
    PublishedVersions,
    PublisherFields,
    VersionFields,
    create_steps,
    list_agents_steps,
    publish_steps,
    update_version_steps,
)
from leadway._agents import Agent, AsyncAgent
from leadway._arguments import check_names, check_type, checks_arguments
from leadway._managed_agents import (
    AsyncManagedAgent,
    ManagedAgent,
    ManagedAgentPage,
    list_steps,
)
from leadway._observers import Observer
from leadway._rate_limiter import RateLimiter
from leadway._retries import RetryPolicy
from leadway._sender import SendOptions
from leadway._settings import Settings
from leadway._token_providers import TokenFunction, TokenProvider, as_token
from leadway._tokens import Secret
from leadway.errors import SettingsError

# The first client imports the transport, with httpx, httpcore and asyncio, so `import leadway` is
# fast.
if TYPE_CHECKING:
    from leadway._transport import AsyncTransport, Transport


class Options(TypedDict, total=False):
    """Settings as keyword arguments; see `Settings`. `None` means not given."""

    token: str | Secret | TokenFunction | None
    location_id: str | None
    base_url: str | None
    api_version: str | None
    timeout: float | None
    connect_timeout: float | None
    retries: RetryPolicy | None
    source: str | None
    max_response_bytes: int | None
    send_token_anywhere: bool | None


_ARGUMENTS: Final = ("settings", "rate_limiter", "observer", *Options.__annotations__)


@checks_arguments
class _ClientBase(ABC):
    """Part of a client that sync and async ones share."""

    _transport: Any

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        rate_limiter: RateLimiter | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> None:
        options = _checked_options(options)
        if not isinstance(settings, Settings | None):
            settings = None  # It may be a token, so no traceback shows it.
            raise SettingsError(
                "`settings` must be Settings; write single settings as token=…, location_id=…."
            )
        check_type(
            "rate_limiter", rate_limiter, (RateLimiter, NoneType), "a RateLimiter", SettingsError
        )
        check_type("observer", observer, (Callable, NoneType), "a function", SettingsError)
        self.settings: Settings = (
            settings.replace(**options) if settings else Settings.create(**options)
        )
        token = self.settings.token
        self._options = SendOptions(
            self.settings.location_id,
            self.settings.retries,
            rate_limiter,
            observer,
            provider=token if isinstance(token, TokenProvider) else None,
        )
        self._open()

    @classmethod
    def from_env(
        cls,
        *,
        rate_limiter: RateLimiter | None = None,
        observer: Observer | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Return a client with settings from `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and so on.

        Args:
            rate_limiter: see the class.
            observer: see the class.
            **options: see `Options`; they override the environment.

        Raises:
            SettingsError: a required setting is missing (all of them are named), or one is invalid.
        """
        options = _checked_options(options)
        return cls(Settings.from_env(**options), rate_limiter=rate_limiter, observer=observer)

    @abstractmethod
    def _open(self) -> None:
        """Open a transport of the client's own kind."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self, 'settings', None)!r})"


@checks_arguments
class Leadway(_ClientBase):
    """Client for threads.

    Thread-safe; it holds the connections, so one is enough for a program. Use it in a `with`
    block, or call `close`.

    Args:
        settings: complete settings; `options` override them.
        rate_limiter: delays requests to stay within quotas; share one among clients of the same
            location.
        observer: called after each attempt, in the same thread. Its exceptions are logged as
            errors and not raised.
        **options: see `Options`.

    Raises:
        SettingsError: an argument is missing, unknown or invalid.
    """

    _transport: Transport

    def _open(self) -> None:
        from leadway._transport import Transport  # noqa: PLC0415 - see above

        self._transport = Transport(self.settings)

    def agent(self, agent_id: str) -> Agent:
        """Return the agent with this id. Sends no request.

        Raises:
            InvalidRequestError: the id cannot be one segment of a path.
        """
        return Agent(agent_id, self._options, self._transport)

    def managed_agent(self, agent_id: str) -> ManagedAgent:
        """Return the managed agent with this id. Sends no request.

        Raises:
            InvalidRequestError: the id cannot be one segment of a path.
        """
        return ManagedAgent(agent_id, self._options, self._transport)

    def list_managed_agents(
        self, query: str | None = None, *, skip: int = 0, limit: int = 25
    ) -> ManagedAgentPage:
        """Return a page of the published managed agents of the location.

        Args:
            query: part of the name or description, in any case.
            skip: number of agents to leave out at the beginning.
            limit: maximum number of agents, 1 to 100.

        Raises:
            LeadwayError: there is no list; the class says why.
        """
        return self._transport.run(list_steps(self._options, query, skip=skip, limit=limit))

    def create_agent(self, name: str, **fields: Unpack[NewAgentFields]) -> AgentDetails:
        """Create an agent with one version; return both.

        Nothing can be executed until a version is published with `publish_agent_version`.

        Args:
            name: its name.
            **fields: see `NewAgentFields`.

        Raises:
            LeadwayError: it was not created, or that is not known; the class says why.
        """
        return self._transport.run(create_steps(self._options, name, fields))

    def list_agents(
        self, *, published_only: bool = False, offset: int = 0, limit: int = 25
    ) -> AgentPage:
        """Return a page of the active agents of the location, without their versions.

        Args:
            published_only: whether to leave out agents without a published version.
            offset: number of agents to leave out at the beginning.
            limit: maximum number of agents.

        Raises:
            LeadwayError: there is no list; the class says why.
        """
        return self._transport.run(
            list_agents_steps(
                self._options, offset=offset, limit=limit, published_only=published_only
            )
        )

    @deprecated("Use list_agents(): the vendor has deprecated this path.", category=None)
    def list_agents_deprecated(self, *, offset: int = 0, limit: int = 25) -> AgentPage:
        """Return a page of the published agents by the deprecated path; see `list_agents`."""
        return self._transport.run(
            list_agents_steps(self._options, offset=offset, limit=limit, deprecated_path=True)
        )

    def update_agent_version(
        self, version_id: str, **fields: Unpack[VersionFields]
    ) -> AgentDetails:
        """Replace parts of a version; return its agent without versions.

        Args:
            version_id: the version, from `AgentDetails.versions` or `PublishedVersions.draft`.
            **fields: see `VersionFields`. Nodes and edges are kept as they are sent.

        Raises:
            VersionNotFoundError: it is unknown, or in another location.
            LeadwayError: it was not changed, or that is not known; the class says why.
        """
        return self._transport.run(update_version_steps(version_id, self._options, fields))

    def publish_agent_version(
        self, version_id: str, **fields: Unpack[PublisherFields]
    ) -> PublishedVersions:
        """Publish a version, which runs in production from now on; return it and the next draft.

        Args:
            version_id: the version, which has not been published before.
            **fields: see `PublisherFields`.

        Raises:
            VersionNotFoundError: it is unknown, or in another location.
            LeadwayError: it was not published, or that is not known; the class says why.
        """
        return self._transport.run(publish_steps(version_id, self._options, fields))

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@checks_arguments
class AsyncLeadway(_ClientBase):
    """Client for async code, on asyncio or trio; takes the arguments of `Leadway`."""

    _transport: AsyncTransport

    def _open(self) -> None:
        from leadway._transport import AsyncTransport  # noqa: PLC0415 - see above

        self._transport = AsyncTransport(self.settings)

    def agent(self, agent_id: str) -> AsyncAgent:
        """Return the agent with this id; see `Leadway.agent`."""
        return AsyncAgent(agent_id, self._options, self._transport)

    def managed_agent(self, agent_id: str) -> AsyncManagedAgent:
        """Return the managed agent with this id; see `Leadway.managed_agent`."""
        return AsyncManagedAgent(agent_id, self._options, self._transport)

    async def list_managed_agents(
        self, query: str | None = None, *, skip: int = 0, limit: int = 25
    ) -> ManagedAgentPage:
        """Return a page of the published managed agents; see `Leadway.list_managed_agents`."""
        return await self._transport.run(list_steps(self._options, query, skip=skip, limit=limit))

    async def create_agent(self, name: str, **fields: Unpack[NewAgentFields]) -> AgentDetails:
        """Create an agent with one version; see `Leadway.create_agent`."""
        return await self._transport.run(create_steps(self._options, name, fields))

    async def list_agents(
        self, *, published_only: bool = False, offset: int = 0, limit: int = 25
    ) -> AgentPage:
        """Return a page of the active agents of the location; see `Leadway.list_agents`."""
        return await self._transport.run(
            list_agents_steps(
                self._options, offset=offset, limit=limit, published_only=published_only
            )
        )

    @deprecated("Use list_agents(): the vendor has deprecated this path.", category=None)
    async def list_agents_deprecated(self, *, offset: int = 0, limit: int = 25) -> AgentPage:
        """Return a page of the published agents by the deprecated path; see `list_agents`."""
        return await self._transport.run(
            list_agents_steps(self._options, offset=offset, limit=limit, deprecated_path=True)
        )

    async def update_agent_version(
        self, version_id: str, **fields: Unpack[VersionFields]
    ) -> AgentDetails:
        """Replace parts of a version; see `Leadway.update_agent_version`."""
        return await self._transport.run(update_version_steps(version_id, self._options, fields))

    async def publish_agent_version(
        self, version_id: str, **fields: Unpack[PublisherFields]
    ) -> PublishedVersions:
        """Publish a version; see `Leadway.publish_agent_version`."""
        return await self._transport.run(publish_steps(version_id, self._options, fields))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _checked_options(options: Options) -> Options:
    """Return the options with the token as a `Secret`, so that tracebacks with locals mask it."""
    options = {**options, "token": as_token(options.get("token"))}
    check_names(options, _ARGUMENTS, SettingsError)
    return options
