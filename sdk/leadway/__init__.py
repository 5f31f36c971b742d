"""Leadway: client for the agents of Leadway CRM."""

from importlib import import_module
from typing import TYPE_CHECKING

from leadway._agent_versions import (
    AgentDetails,
    AgentFields,
    AgentPage,
    AgentVersion,
    NewAgentFields,
    PublishedVersions,
    PublisherFields,
    VersionFields,
)
from leadway._agents import (
    Agent,
    AsyncAgent,
    AsyncConversation,
    Conversation,
    ConversationFields,
    MessageFields,
    Turn,
)
from leadway._calls import HTTPResponse, image
from leadway._clients import AsyncLeadway, Leadway, Options
from leadway._managed_agents import (
    AsyncManagedAgent,
    AsyncManagedConversation,
    ManagedAgent,
    ManagedAgentDetails,
    ManagedAgentPage,
    ManagedConversation,
    ManagedConversationFields,
    ManagedFields,
    ManagedReply,
)
from leadway._observers import Attempt, Observer
from leadway._rate_limiter import DOCUMENTED_LIMITS, RateLimiter
from leadway._responses import Reply
from leadway._retries import RetryPolicy
from leadway._settings import PRODUCTION, Settings
from leadway._token_providers import LocationToken, OAuthToken
from leadway._tokens import MOCK_TOKEN, Secret
from leadway._version import __version__
from leadway.errors import (
    AgentNotFoundError,
    APIStatusError,
    AuthorizationError,
    BlockedByProxyError,
    ClientClosedError,
    ConnectionFailedError,
    ConnectionLostError,
    ConversationBusyError,
    IdempotencyKeyInUseError,
    IdempotencyKeyReusedError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidResponseError,
    InvalidTokenError,
    LeadwayError,
    MissingScopeError,
    NoResponseError,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    RouteNotFoundError,
    ServerError,
    SessionNotFoundError,
    SettingsError,
    TokenHostMismatchError,
    UpstreamTimeoutError,
    VersionHeaderError,
    VersionNotFoundError,
    Violation,
    WrongLocationError,
    WrongTokenTypeError,
)

if TYPE_CHECKING:
    from leadway_client.models import (
        Attachment,
        GeneratedMedia,
        GenerativeOutput,
        ResponseAttachment,
    )
else:

    def __getattr__(name: str) -> type:
        """Import a generated model when it is used; httpx, which it imports, takes a while."""
        if name in {"Attachment", "GeneratedMedia", "GenerativeOutput", "ResponseAttachment"}:
            return getattr(import_module("leadway_client.models"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "DOCUMENTED_LIMITS",
    "MOCK_TOKEN",
    "PRODUCTION",
    "APIStatusError",
    "Agent",
    "AgentDetails",
    "AgentFields",
    "AgentNotFoundError",
    "AgentPage",
    "AgentVersion",
    "AsyncAgent",
    "AsyncConversation",
    "AsyncLeadway",
    "AsyncManagedAgent",
    "AsyncManagedConversation",
    "Attachment",
    "Attempt",
    "AuthorizationError",
    "BlockedByProxyError",
    "ClientClosedError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "Conversation",
    "ConversationBusyError",
    "ConversationFields",
    "GeneratedMedia",
    "GenerativeOutput",
    "HTTPResponse",
    "IdempotencyKeyInUseError",
    "IdempotencyKeyReusedError",
    "InactiveAgentError",
    "InvalidRequestError",
    "InvalidResponseError",
    "InvalidTokenError",
    "Leadway",
    "LeadwayError",
    "LocationToken",
    "ManagedAgent",
    "ManagedAgentDetails",
    "ManagedAgentPage",
    "ManagedConversation",
    "ManagedConversationFields",
    "ManagedFields",
    "ManagedReply",
    "MessageFields",
    "MissingScopeError",
    "NewAgentFields",
    "NoResponseError",
    "NotFoundError",
    "OAuthToken",
    "Observer",
    "Options",
    "PublishedVersions",
    "PublisherFields",
    "RateLimitedError",
    "RateLimiter",
    "Reply",
    "RequestTimeoutError",
    "ResponseAttachment",
    "RetryPolicy",
    "RouteNotFoundError",
    "Secret",
    "ServerError",
    "SessionNotFoundError",
    "Settings",
    "SettingsError",
    "TokenHostMismatchError",
    "Turn",
    "UpstreamTimeoutError",
    "VersionFields",
    "VersionHeaderError",
    "VersionNotFoundError",
    "Violation",
    "WrongLocationError",
    "WrongTokenTypeError",
    "__version__",
    "image",
]
