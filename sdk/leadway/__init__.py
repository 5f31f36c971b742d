"""Leadway: talk to the agents of Leadway CRM, and test code that does."""

from leadway.agents import Agent, AsyncAgent, ConversationFields, MessageFields
from leadway.calls import image
from leadway.clients import AsyncLeadway, Leadway, Options
from leadway.conversations import AsyncConversation, Conversation
from leadway.destinations import MADE_UP
from leadway.errors import (
    AccessError,
    BlockedError,
    ClosedError,
    ConnectionFailedError,
    ConnectionLostError,
    ConversationBusyError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    LeadwayError,
    MalformedAnswerError,
    MisdirectedTokenError,
    MissingScopeError,
    NoAnswerError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    SessionExpiredError,
    SettingsError,
    TimedOutError,
    UnknownAgentError,
    UnknownRouteError,
    UnknownVersionError,
    UpstreamTimeoutError,
    VersionHeaderError,
    Violation,
    WrongLocationError,
)
from leadway.observing import Attempt, Observer
from leadway.outcomes import Answer
from leadway.pacing import DOCUMENTED_LIMITS, Pacer
from leadway.replies import Reply
from leadway.retries import Retries
from leadway.secret import Secret
from leadway.settings import PRODUCTION, Settings
from leadway.talk import Turn
from leadway.version import __version__
from leadway_client.models import Attachment, GenerativeOutput, ResponseAttachment

__all__ = [
    "DOCUMENTED_LIMITS",
    "MADE_UP",
    "PRODUCTION",
    "AccessError",
    "Agent",
    "Answer",
    "AsyncAgent",
    "AsyncConversation",
    "AsyncLeadway",
    "Attachment",
    "Attempt",
    "BlockedError",
    "ClosedError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "Conversation",
    "ConversationBusyError",
    "ConversationFields",
    "GenerativeOutput",
    "InactiveAgentError",
    "InvalidRequestError",
    "InvalidTokenError",
    "Leadway",
    "LeadwayError",
    "MalformedAnswerError",
    "MessageFields",
    "MisdirectedTokenError",
    "MissingScopeError",
    "NoAnswerError",
    "NotFoundError",
    "Observer",
    "Options",
    "Pacer",
    "RateLimitedError",
    "RefusedError",
    "Reply",
    "ResponseAttachment",
    "Retries",
    "Secret",
    "ServerError",
    "SessionExpiredError",
    "Settings",
    "SettingsError",
    "TimedOutError",
    "Turn",
    "UnknownAgentError",
    "UnknownRouteError",
    "UnknownVersionError",
    "UpstreamTimeoutError",
    "VersionHeaderError",
    "Violation",
    "WrongLocationError",
    "__version__",
    "image",
]
