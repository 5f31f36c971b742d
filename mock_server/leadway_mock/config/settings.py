"""Settings of the mock: each field is a command-line flag and an environment variable.

`session_idle_seconds` is `--session-idle-seconds` on the command line and
`LEADWAY_MOCK_SESSION_IDLE_SECONDS` in the environment. A flag wins over a variable, a variable over
the default. Most settings can also change while the mock runs; `READ_ONLY` lists the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from typing import Any, NamedTuple

from leadway_mock.util.authority import parse_host
from leadway_mock.util.names import closest, suggest

ENVIRONMENT_PREFIX = "LEADWAY_MOCK_"

MAX_INTEGER = 2**53
"""The largest integer that every JSON reader represents exactly."""

NOT_SETTINGS = frozenset({"url"})
"""Names of variables with the prefix that commands read: `LEADWAY_MOCK_URL` names a mock."""

MAX_SHOWN_CHARS = 80
"""Longer names and values are cut in messages."""

QUOTA_PRESETS: Mapping[str, Mapping[str, int]] = {
    "standard": {"quota_10_seconds": 100, "quota_minute": 300, "quota_day": 200_000},
    "sandbox": {"quota_10_seconds": 25, "quota_minute": 300, "quota_day": 10_000},
}
"""Documented limits, of production and of the vendor's App Test Accounts.

No limit per minute is documented for test accounts: 25 in 10 seconds keep them below the 300.
"""


def flag(name: str) -> str:
    """Return the command-line flag of the setting `name`."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """Return the environment variable of the setting `name`."""
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


class SettingsError(ValueError):
    """A setting has an invalid value; the text names it and says what is valid.

    `str()` uses the Python and JSON name, `on_command_line()` the flag and the variable.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message, name)
        self.message = message
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} {self.message}".strip()

    def on_command_line(self) -> str:
        """Return the message with flag and variable in place of the name."""
        subject = f"{flag(self.name)} (or {variable(self.name)}) " if self.name else ""
        return f"{subject}{self.message}"


def _setting(  # noqa: PLR0913 - the properties of a setting, by keyword
    default: Any,  # noqa: ANN401 - a field of any type
    text: str,
    *,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    secret: bool = False,
) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    metadata = {"help": text, "choices": choices, "minimum": minimum, "maximum": maximum}
    return field(default=default, repr=not secret, metadata=metadata)


def _switch(text: str, *, on: bool) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    return _setting(on, text)


@dataclass(frozen=True, slots=True)
class Settings:
    """Behaviour where the vendor's pages leave a choice, and limits. Raises `SettingsError`."""

    host: str = _setting("127.0.0.1", "address to listen on; only loopback keeps other hosts out")
    port: int = _setting(4010, "port to listen on; 0 picks a free one", minimum=0, maximum=65_535)
    allow_host: tuple[str, ...] = _setting(
        (), "name or address to accept in the Host header besides loopback; repeatable"
    )
    tls: bool = _switch(
        "also speak TLS, as loopback and as the vendor's host; see docs/intercept.md", on=False
    )
    cors: tuple[str, ...] = _setting(
        (), "origin of a web page that may call the platform's API; repeatable"
    )
    agents_file: str | None = _setting(
        None, "YAML file of agents and tokens; see docs/agents-file.md"
    )
    dialogues: str | None = _setting(
        None, "dialogue file, or a folder of them; see docs/dialogues.md"
    )
    observations: str | None = _setting(
        None, "file that `leadway verify` wrote, to behave like its target"
    )
    store: str = _setting(
        "memory:",
        "where conversations are stored: memory:, sqlite:///FILE, redis://HOST:PORT/DB, or"
        " rediss:// with TLS",
        secret=True,
    )
    seed: int | None = _setting(None, "a number; the same seed gives the same ids and responses")
    profile: str = _setting(
        "documented",
        "which source wins where the vendor's pages and live calls differ",
        choices=("documented", "observed"),
    )
    session_idle_seconds: float = _setting(
        1800.0, "how long a session lives after its last turn (documented: 1800)", minimum=0
    )
    unknown_session: str = _setting(
        "404",
        "response to an executionId that is unknown, expired or another agent's or location's",
        choices=("404", "400", "new-session"),
    )
    unknown_properties: str = _setting(
        "reject",
        "whether a body property that the contract lacks is an error",
        choices=("reject", "ignore"),
    )
    session_version: str = _setting(
        "latest",
        "version of an open session once another is published",
        choices=("latest", "keep"),
    )
    publish_state: str = _setting(
        "any",
        "state that a version must have to be published",
        choices=("any", "draft", "staging"),
    )
    nodes_in_create: str = _setting(
        "accept",
        "whether a new agent may have nodes and edges, or gets a 500 (observed)",
        choices=("accept", "fail"),
    )
    author_fields: str = _setting(
        "optional",
        "whether a new agent needs authorId, authorName and authorEmail (observed)",
        choices=("optional", "required"),
    )
    list_paging: str = _setting(
        "required",
        "whether a list of agents needs limit and offset (documented), or has defaults",
        choices=("required", "optional"),
    )
    unknown_query: str = _setting(
        "422",
        "response to a query parameter that the contract lacks",
        choices=("422", "400", "ignore"),
    )
    idempotency_key_seconds: float = _setting(
        86_400.0, "how long a managed agent's Idempotency-Key is stored", minimum=0
    )
    idempotency_scope: str = _setting(
        "agent",
        "which requests share Idempotency-Keys",
        choices=("agent", "location", "all"),
    )
    idempotency_mismatch: str = _setting(
        "reject",
        "another request with the same Idempotency-Key; repeat sends the first response",
        choices=("reject", "repeat", "process"),
    )
    idempotency_concurrent: str = _setting(
        "wait",
        "an Idempotency-Key whose first response is not sent yet; a conflict is a 409",
        choices=("wait", "conflict"),
    )
    enforce_quotas: bool = _switch("respond 429 when a documented quota is used up", on=False)
    quota_preset: str = _setting(
        "standard",
        "quotas of production, or of the vendor's test accounts",
        choices=tuple(QUOTA_PRESETS),
    )
    quota_10_seconds: int | None = _setting(
        None, "requests per 10 seconds, per token and location (100; sandbox: 25)", minimum=1
    )
    quota_minute: int | None = _setting(
        None, "requests per minute and location (300; sandbox: 300)", minimum=1
    )
    quota_day: int | None = _setting(
        None, "requests per day, per token and location (200000; sandbox: 10000)", minimum=1
    )
    send_retry_after: bool = _switch("send Retry-After with a 429 (not documented)", on=True)
    validate_responses: bool = _switch(
        "validate each response against the contract before it is sent", on=False
    )
    max_body_bytes: int = _setting(1_048_576, "largest accepted body", minimum=1)
    max_agent_bytes: int = _setting(
        8_388_608, "largest accepted body of a call that creates or changes an agent", minimum=1
    )
    max_agents: int = _setting(
        1_000, "created agents stored per location; the oldest are deleted first", minimum=1
    )
    max_sessions: int = _setting(
        100_000, "sessions stored; the oldest are deleted first", minimum=1
    )
    max_turns: int = _setting(
        10_000, "turns stored per session; the oldest are deleted first", minimum=1
    )
    max_journal: int = _setting(1_000, "requests stored in the journal", minimum=1)
    console: bool = _switch("serve the console for browsers at /__mock/", on=True)
    read_only: bool = _switch("reject changes by the control API and the console", on=False)
    quiet: bool = _switch("log problems only, not every request", on=False)
    threads: int = _setting(8, "requests handled at the same time, per worker", minimum=1)
    workers: int = _setting(1, "worker processes, all on one store", minimum=1, maximum=64)

    def __post_init__(self) -> None:
        for setting in fields(self):
            _check(setting.name, getattr(self, setting.name))
        for name in self.allow_host:
            _check_host(name)
        for origin in self.cors:
            _check_origin(origin)

    @property
    def quotas(self) -> Mapping[str, int]:
        """The limits in force, by setting: the explicit ones over those of the preset."""
        preset = QUOTA_PRESETS[self.quota_preset]
        return {name: getattr(self, name) or limit for name, limit in preset.items()}


READ_ONLY: Mapping[str, str] = {
    "host": "the address is bound at start",
    "port": "the address is bound at start",
    "allow_host": "a request must not weaken the host check",
    "tls": "the HTTP server is started with it",
    "cors": "a request must not let web pages in",
    "agents_file": "the file is named at start",
    "dialogues": "the path is named at start",
    "observations": "the file is named at start",
    "store": "all changes are stored in it",
    "max_body_bytes": "the HTTP server is started with it",
    "max_agent_bytes": "the HTTP server is started with it",
    "console": "the routes are set up at start",
    "read_only": "a request must not remove the protection",
    "quiet": "the log is set up at start",
    "threads": "threads are started once",
    "workers": "workers are started once",
}
"""The settings that cannot change while the mock runs, and why."""


class _Type(NamedTuple):
    """How values of a type are parsed and checked."""

    name: str
    parse: Callable[[str], Any]
    accepts: Callable[[Any], bool]


def _parse_bool(text: str) -> bool:
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(text)


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and isfinite(value)


TYPES: Mapping[str, _Type] = {
    "str": _Type("a text", str, lambda value: isinstance(value, str)),
    "int": _Type("a whole number", int, lambda value: type(value) is int),
    "float": _Type("a number", float, _is_number),
    "bool": _Type("true or false", _parse_bool, lambda value: isinstance(value, bool)),
    "tuple[str, ...]": _Type(
        "names",
        lambda text: tuple(name.strip() for name in text.split(",") if name.strip()),
        lambda value: isinstance(value, tuple | list),
    ),
}
"""The types of settings, by annotation."""

FIELDS = {setting.name: setting for setting in fields(Settings)}


def parse(name: str, text: str) -> Any:  # noqa: ANN401 - of the setting's own type
    """Parse `text` as a value of the setting `name`; raises `SettingsError`."""
    kind = _type_of(name)
    try:
        return kind.parse(text)
    except ValueError as error:
        raise SettingsError(f"must be {kind.name}, not {text!r}.", name) from error


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of the `LEADWAY_MOCK_*` variables; raises `SettingsError`.

    An unknown variable is an error, since a misspelt one would have no effect.
    """
    values = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX)
    }
    for name in NOT_SETTINGS & values.keys():
        del values[name]
    for name in values:
        if name not in FIELDS:
            close = closest(name, FIELDS)
            known = f"known are {', '.join(map(variable, FIELDS))}"
            hint = f"did you mean '{variable(close)}'?" if close else known
            raise SettingsError(f"{variable(name)} is not a setting; {hint}")
    return {name: parse(name, text) for name, text in values.items()}


def changeable() -> list[str]:
    """Return the names of the settings that can change while the mock runs."""
    return [name for name in FIELDS if name not in READ_ONLY]


def problems(
    settings: Settings, changes: Mapping[str, Any], *, spell: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """Yield name and problem of each invalid change to `settings`. None removes a change.

    `spell` returns the name of a setting in `changes` and in the texts; by default the Python name.
    """
    names = {spell(name): name for name in FIELDS}
    for spelled, value in changes.items():
        name = names.get(spelled)
        if name is None:
            shown = spelled[:MAX_SHOWN_CHARS]
            hint = suggest(spelled, map(spell, changeable()))
            yield spelled, f"{shown} is not a setting; {hint}"
        elif name in READ_ONLY:
            yield spelled, f"{spelled} cannot change while the mock runs: {READ_ONLY[name]}."
        elif value is not None:
            try:
                replace(settings, **{name: value})
            except SettingsError as error:
                yield spelled, f"{spelled} {error.message}"


def with_settings(overrides: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides of a namespace with changed settings. None removes a change."""
    merged = {**overrides.get("settings", {}), **changes}
    values = {name: value for name, value in merged.items() if value is not None}
    return {**overrides, "settings": values}


def _check_host(name: object) -> None:
    """Raise `SettingsError` for a name that no `Host` header can have."""
    text = str(name)
    if isinstance(name, str) and parse_host(text):
        return
    host = text.partition("://")[2].partition("/")[0]
    hint = f"did you mean '{host}'?" if parse_host(host) else "write a name such as mock."
    if "*" in text or text.startswith("."):
        hint = "there are no wildcards: repeat it for each name."
    shown = repr(text)[:MAX_SHOWN_CHARS]
    raise SettingsError(f"must be a host name or an address, not {shown}; {hint}", "allow_host")


def _check_origin(origin: object) -> None:
    """Raise `SettingsError` for a text that no browser sends as `Origin`."""
    text = str(origin)
    scheme, _, authority = text.partition("://")
    if scheme in {"http", "https"} and authority == authority.lower() and parse_host(authority):
        return
    hint = "write scheme, host and port of the page, such as http://localhost:5173."
    if text == "*":
        hint = f"every web page could call the mock; {hint}"
    raise SettingsError(f"must be an origin, not {text[:MAX_SHOWN_CHARS]!r}; {hint}", "cors")


def _type_of(name: str) -> _Type:
    return TYPES[str(FIELDS[name].type).removesuffix(" | None")]


def _check(name: str, value: Any) -> None:  # noqa: ANN401 - of any type
    if value is None and FIELDS[name].default is None:
        return
    kind, limits = _type_of(name), FIELDS[name].metadata
    shown = repr(value)[:MAX_SHOWN_CHARS]
    if not kind.accepts(value):
        raise SettingsError(f"must be {kind.name}, not {shown}.", name)
    if limits["choices"] and value not in limits["choices"]:
        raise SettingsError(f"must be one of {', '.join(limits['choices'])}, not {shown}.", name)
    if kind.name not in {"a whole number", "a number"}:
        return
    minimum = -MAX_INTEGER if limits["minimum"] is None else limits["minimum"]
    maximum = MAX_INTEGER if limits["maximum"] is None else limits["maximum"]
    if value < minimum:
        raise SettingsError(f"must be at least {minimum}, not {shown}.", name)
    if value > maximum:
        raise SettingsError(f"must be at most {maximum}, not {shown}.", name)
