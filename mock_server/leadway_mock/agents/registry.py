"""Registry of agents and tokens, and what an agent id may be."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from leadway_mock.agents.replies import Responder

AGENT_ID: Final = r"^(?!\.{1,2}(?![\s\S]))[^\s/?#\u0000-\u001f\u007f-\u009f]+(?![\s\S])"
"""Pattern of an agent id: visible text that fits in one segment of a URL path.

Clients end a path at `?` and `#`, resolve `.` and `..`, and reject invisible characters. The
schemas of agents and dialogue files contain the pattern.
"""

AGENT_ID_HINT: Final = (
    "use no spaces, none of / ? #, no invisible characters, and neither . nor .. alone"
)

ACTIVE: Final = "active"
STATUSES: Final = (ACTIVE, "inactive", "archived", "draft")
"""What `Agent.status` may be. The first three are the vendor's; all but `active` behave alike."""

READ_SCOPE: Final = "agent-studio.readonly"
"""The scope that listing and reading agents needs (documented)."""

WRITE_SCOPE: Final = "agent-studio.write"
"""The scope that executing and changing an agent needs (documented)."""

MANAGED_WRITE_SCOPE: Final = "managed-agents.write"
"""The scope that executing a managed agent needs (observed in public code)."""

DEFAULT_SCOPES: Final = (READ_SCOPE, WRITE_SCOPE, MANAGED_WRITE_SCOPE)
"""The scopes of a token without a list of its own."""

COMPANY_SCOPES: Final = (*DEFAULT_SCOPES, "oauth.write")
"""The same for a token of an agency, which may get tokens of its locations."""

LOCATION_CLASS: Final = "Location"
COMPANY_CLASS: Final = "Company"
"""Classes of tokens, the claim `authClass`: of a sub-account, and of an agency (observed)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an agent. Only published ones can be executed (documented)."""

    id: str
    published: bool = True


@dataclass(frozen=True, slots=True)
class InputVariable:
    """One variable that an agent's configuration declares.

    The vendor's page says that a request's `inputVariables` *should* match the declared ones, not
    what happens when they do not. So a mismatch is never an error; built-in agents report it.
    """

    name: str
    type: str = "string"
    """A JSON type: `string`, `number`, `boolean`, `object` or `array`."""

    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class ManagedDetails:
    """What the platform returns for a managed agent, beside its id, name, location and version."""

    description: str = ""
    model: str | None = None
    tools: tuple[str, ...] = ()
    plugins: tuple[Mapping[str, str], ...] = ()
    knowledge_base_ids: tuple[str, ...] = ()
    published_at: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: id, location, status, versions and responder."""

    id: str
    name: str
    respond: Responder
    location: str | None = None
    """The location it belongs to; `None` is any."""

    status: str = ACTIVE
    versions: tuple[Version, ...] = ()
    """Oldest first."""

    input_variables: tuple[InputVariable, ...] = ()
    managed: ManagedDetails | None = None
    """What only managed agents have; None for others."""

    digest: str = field(default="", compare=False)
    """Digest of its entry in the agents file, which identifies the definition; or empty."""

    source: str = field(default="", compare=False, repr=False)
    """Its entry in the agents file as JSON, for `restore_agent`."""

    @property
    def is_active(self) -> bool:
        """Whether its status is `active`."""
        return self.status == ACTIVE

    def is_reachable(self, location: str, *, managed: bool) -> bool:
        """Whether it belongs to `location`, and is of that kind."""
        is_kind = (self.managed is not None) == managed
        return is_kind and (self.location is None or self.location == location)

    @property
    def can_run(self) -> bool:
        """Whether it is active, and has a published version."""
        return self.is_active and self.published_version() is not None

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
    """A bearer token with its locations and scopes. Its `repr` omits the value."""

    value: str = field(repr=False)
    locations: tuple[str, ...] | None = None
    """The locations it is valid for; `None` is any."""

    scopes: tuple[str, ...] = DEFAULT_SCOPES
    auth_class: str = LOCATION_CLASS

    def allows_location(self, location: str) -> bool:
        """Whether it gives access to `location`."""
        return self.locations is None or location in self.locations


@dataclass(frozen=True, slots=True)
class AgentRegistry:
    """Agents by id and tokens by value."""

    by_id: Mapping[str, Agent]
    tokens: Mapping[str, Token] = field(default_factory=dict, repr=False)
    any_token: bool = True
    """Whether undeclared tokens are accepted, as without an agents file."""

    def token(self, value: str) -> Token | None:
        """Return the token of that value, or `None` if it is unknown.

        A declared token may have any form; the form of any other is checked elsewhere.
        """
        declared = self.tokens.get(value)
        if declared or value == UNKNOWN_TOKEN or not self.any_token:
            return declared
        return Token(value)


def is_agent_id(text: str) -> bool:
    """Return whether `text` is a valid agent id."""
    return bool(re.search(AGENT_ID, text)) and not invisible_character(text)


def invisible_character(text: str) -> str:
    """Return the first invisible character, such as `U+200B`, that `AGENT_ID` allows; else "".

    `AGENT_ID` excludes blanks and control characters.
    """
    found = (each for each in text if unicodedata.category(each) in {"Cf", "Cn", "Co", "Cs"})
    return next((f"U+{ord(each):04X}" for each in found), "")


def only_version(agent_id: str) -> Version:
    """Return the version of an agent that declares none; it is published, its id is fixed."""
    return Version(str(uuid5(NAMESPACE_URL, f"urn:leadway:agent:{agent_id}")))


UNKNOWN_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000401"  # noqa: S105 - opens nothing
"""Test token, like a test card number: well-formed and always unknown."""

UNSCOPED_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000403"  # noqa: S105 - opens nothing
"""Test token without the scope."""

OTHER_LOCATION_TOKEN: Final = "pit-00000000-0000-4000-8000-000000000404"  # noqa: S105 - opens nothing
"""Test token that is valid for `OTHER_LOCATION` only."""

OTHER_LOCATION: Final = "anotherLocation00000"
"""Location of `OTHER_LOCATION_TOKEN`."""

TEST_TOKENS: Final = frozenset({UNKNOWN_TOKEN, UNSCOPED_TOKEN, OTHER_LOCATION_TOKEN})
"""Test tokens, which have the same meaning with any agents file."""
