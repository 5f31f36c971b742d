"""Leadway: client for the agents of Leadway CRM."""

from leadway._agents import Agent, AsyncAgent, ConversationFields, MessageFields
from leadway._calls import HTTPResponse, image
from leadway._clients import AsyncLeadway, Leadway, Options
from leadway._conversations import AsyncConversation, Conversation, Turn
from leadway._observers import Attempt, Observer
from leadway._rate_limiter import DOCUMENTED_LIMITS, RateLimiter
from leadway._replies import Reply
from leadway._retries import RetryPolicy
from leadway._secret import Secret
from leadway._settings import PRODUCTION, Settings
from leadway._token_guard import MOCK_TOKEN
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
)
from leadway_client.models import Attachment, GenerativeOutput, ResponseAttachment

__all__ = [
    "DOCUMENTED_LIMITS",
    "MOCK_TOKEN",
    "PRODUCTION",
    "APIStatusError",
    "Agent",
    "AgentNotFoundError",
    "AsyncAgent",
    "AsyncConversation",
    "AsyncLeadway",
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
    "GenerativeOutput",
    "HTTPResponse",
    "InactiveAgentError",
    "InvalidRequestError",
    "InvalidResponseError",
    "InvalidTokenError",
    "Leadway",
    "LeadwayError",
    "MessageFields",
    "MissingScopeError",
    "NoResponseError",
    "NotFoundError",
    "Observer",
    "Options",
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
    "VersionHeaderError",
    "VersionNotFoundError",
    "Violation",
    "WrongLocationError",
    "__version__",
    "image",
]
