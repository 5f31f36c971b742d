"""Who is on stage: agents, their versions, the tokens that may speak to them, and the built-ins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from leadway_mock.agents.builtin import count_down_to_goal, echo, greet_with
from leadway_mock.agents.input_variables import InputVariable
from leadway_mock.agents.replies import Responder

ACTIVE: Final = "active"
STATUSES: Final = (ACTIVE, "inactive", "archived", "draft")
"""What `Agent.status` may be. The first three are the vendor's; all but `active` answer alike."""

WRITE_SCOPE: Final = "agent-studio.write"
"""The scope that executing an agent needs (documented)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an agent. Only published ones can be executed (documented)."""

    id: str
    published: bool = True


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as the mock knows it: who it is, where it lives, and how it answers."""

    id: str
    name: str
    respond: Responder
    location: str | None = None
    """The one location it belongs to; `None` means any."""

    status: str = ACTIVE
    versions: tuple[Version, ...] = ()
    """In the order they were made; the latest is last."""

    input_variables: tuple[InputVariable, ...] = ()
    digest: str = field(default="", compare=False)
    """What tells this agent from one of the same id that its file described before; or empty."""

    source: str = field(default="", compare=False, repr=False)
    """How its file describes it, as JSON; `restore_agent` reads it."""

    @property
    def is_active(self) -> bool:
        """Whether its status lets it be reached at all."""
        return self.status == ACTIVE

    def is_in_location(self, location: str) -> bool:
        """Whether it belongs to `location`."""
        return self.location is None or self.location == location

    def published_version(self, version_id: str | None = None) -> Version | None:
        """Return the published version with that id, or `None` if there is none.

        Without an id (`None` or empty: real clients send `""`) it is the latest published one,
        as the vendor documents.
        """
        for version in reversed(self.versions):
            if version.published and (not version_id or version.id == version_id):
                return version
        return None


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token the mock knows, and what it opens. Its value stays out of its `repr`."""

    value: str = field(repr=False)
    locations: tuple[str, ...] | None = None
    """The locations it is bound to; `None` means any."""

    scopes: tuple[str, ...] = (WRITE_SCOPE,)

    def allows_location(self, location: str) -> bool:
        """Whether it gives access to `location`."""
        return self.locations is None or location in self.locations


@dataclass(frozen=True, slots=True)
class AgentRegistry:
    """All agents and tokens of one mock, by id and by value."""

    by_id: Mapping[str, Agent]
    tokens: Mapping[str, Token] = field(default_factory=dict, repr=False)
    any_token: bool = True
    """Whether tokens that are not declared are welcome too, as they are with no agents file."""

    def token(self, value: str) -> Token | None:
        """Return what the token of that value may do, or `None` if it is unknown here.

        Whether a value is a well-formed token at all is for the caller to say, and only of
        values that are not in `tokens`: a declared token is good whatever its form.
        """
        declared = self.tokens.get(value)
        if declared or value == UNKNOWN_TOKEN or not self.any_token:
            return declared
        return Token(value)


def only_version(agent_id: str) -> Version:
    """Return the published version of an agent that declares none; its id never changes."""
    return Version(str(uuid5(NAMESPACE_URL, f"urn:leadway:agent:{agent_id}")))


UNKNOWN_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000401"  # noqa: S105 - opens nothing
"""A magic token, like a test card number: well-formed, and always refused as unknown."""

UNSCOPED_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000403"  # noqa: S105 - opens nothing
"""A magic token: known, but without the scope."""

OTHER_LOCATION_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000404"  # noqa: S105 - opens nothing
"""A magic token: known, but bound to `ELSEWHERE` alone."""

OTHER_LOCATION: Final = "anotherLocation00000"
"""The made-up location of `ELSEWHERE_TOKEN`."""

TEST_TOKENS: Final = frozenset({UNKNOWN_TOKEN, UNSCOPED_TOKEN, OTHER_LOCATION_TOKEN})
"""The token values that mean something in every mock, whatever its agents file says."""

ECHO_ID: Final = "p1q2r3s4t5u6v7w8x9y0z1a2"
"""The agent id of the vendor page's sample request; here it echoes."""

GOAL_ID: Final = "goalonturn3agent00000000"
INACTIVE_ID: Final = "inactiveagent00000000000"
UNPUBLISHED_ID: Final = "unpublishedagent00000000"
VARIABLES_ID: Final = "variablesagent0000000000"

_SAMPLE_VERSION: Final = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"
_SAMPLE_VARIABLES: Final = (
    InputVariable("customerName", required=True, description="Whom to greet."),
    InputVariable("orderNumber", description="The order the customer asks about."),
)


def _built_in_agents() -> dict[str, Agent]:
    """Build the agents of a mock without a file; all share the version id of the sample."""
    published = (Version(_SAMPLE_VERSION),)
    unpublished = (Version(_SAMPLE_VERSION, published=False),)
    greet = greet_with(_SAMPLE_VARIABLES)
    agents = (
        Agent(ECHO_ID, "Echo", echo, versions=published),
        Agent(GOAL_ID, "Goal on turn 3", count_down_to_goal, versions=published),
        Agent(INACTIVE_ID, "Inactive", echo, status="inactive", versions=published),
        Agent(UNPUBLISHED_ID, "Unpublished", echo, versions=unpublished),
        Agent(
            VARIABLES_ID,
            "Input variables",
            greet,
            versions=published,
            input_variables=_SAMPLE_VARIABLES,
        ),
    )
    return {agent.id: agent for agent in agents}


def _built_in_tokens() -> dict[str, Token]:
    """Build the magic tokens that are known; the third is magic by never being known."""
    tokens = (
        Token(UNSCOPED_TOKEN, scopes=()),
        Token(OTHER_LOCATION_TOKEN, locations=(OTHER_LOCATION,)),
    )
    return {token.value: token for token in tokens}


BUILT_IN: Final = AgentRegistry(
    by_id=MappingProxyType(_built_in_agents()), tokens=MappingProxyType(_built_in_tokens())
)
"""The cast of a mock without an agents file, on top of which a file's cast is put."""
