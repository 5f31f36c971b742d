"""Everything the mock can be told, as one frozen value: a field here is a flag and a variable.

`session_idle_seconds` is `--session-idle-seconds` on the command line and
`LEADWAY_MOCK_SESSION_IDLE_SECONDS` in the environment; a flag wins over a variable, a variable over
the default.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

ENVIRONMENT_PREFIX = "LEADWAY_MOCK_"


def flag(name: str) -> str:
    """Return what the setting `name` is called on the command line."""
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    """Return what the setting `name` is called in the environment."""
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


def json_name(name: str) -> str:
    """Return the name of the setting `name` in the JSON of the control API, in camelCase."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the text says which, and what would do.

    Python and JSON write the name of a setting alike, and `str` has it so; whoever types a command
    reads `on_command_line`.
    """

    def __init__(self, what: str, name: str = "") -> None:
        """Say `what` is to be said of the setting `name`, or of no one in particular."""
        super().__init__(what, name)
        self.message = what
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} {self.message}".strip()

    def on_command_line(self) -> str:
        """Say what `str` says, with flag and variable in place of the name."""
        place = f"{flag(self.name)} (or {variable(self.name)}) " if self.name else ""
        return f"{place}{self.message}"


def _setting(
    default: Any,  # noqa: ANN401 - a field of any type
    text: str,
    *,
    choices: tuple[str, ...] = (),
    least: float | None = None,
    most: float | None = None,
) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    limits = {"choices": choices, "least": least, "most": most}
    return field(default=default, metadata={"help": text, **limits})


def _hidden(default: str, text: str) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    """Return a field that the representation of settings leaves out, since it may be secret."""
    limits = {"choices": (), "least": None, "most": None}
    return field(default=default, repr=False, metadata={"help": text, **limits})


def _switch(text: str, *, on: bool) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    return _setting(on, text)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the emulator does where the vendor's pages leave a choice, and how far it goes.

    Raises `SettingsError` when a value is out of its range.
    """

    host: str = _setting("127.0.0.1", "address to listen on; any but loopback lets others in")
    port: int = _setting(4010, "port to listen on; 0 picks a free one", least=0, most=65_535)
    allow_host: tuple[str, ...] = _setting(
        (), "a Host header to accept besides loopback, as a name; may be given again"
    )
    agents_file: str | None = _setting(
        None, "YAML file of agents and tokens; see docs/agents-file.md"
    )
    dialogues: str | None = _setting(
        None, "dialogue file, or a folder of them; see docs/dialogues.md"
    )
    store: str = _hidden(
        "memory:",
        "where conversations are kept: memory:, sqlite:///FILE, redis://HOST:PORT/DB; with TLS"
        " rediss://HOST:PORT/DB",
    )
    seed: int | None = _setting(None, "a number: the same seed gives the same ids and answers")
    profile: str = _setting(
        "documented",
        "whom to believe where the vendor's pages and live calls differ",
        choices=("documented", "observed"),
    )
    session_idle_seconds: float = _setting(
        1800.0, "how long a session lives after its last turn (documented: 1800)", least=0
    )
    unknown_session: str = _setting(
        "404",
        "what an executionId gets that is unknown, expired or another agent's or location's",
        choices=("404", "400", "new-session"),
    )
    unknown_properties: str = _setting(
        "refuse", "what a body property gets that the contract lacks", choices=("refuse", "ignore")
    )
    enforce_quotas: bool = _switch("answer 429 when a documented quota is used up", on=False)
    quota_10_seconds: int = _setting(
        100, "requests per 10 seconds, per token and location", least=1
    )
    quota_minute: int = _setting(300, "requests per minute and location", least=1)
    quota_day: int = _setting(200_000, "requests per day, per token and location", least=1)
    send_retry_after: bool = _switch("send Retry-After with a 429 (not documented)", on=True)
    validate_responses: bool = _switch(
        "hold every answer against the contract before it goes", on=False
    )
    max_body_bytes: int = _setting(1_048_576, "largest body that is read", least=1)
    max_sessions: int = _setting(100_000, "sessions kept; the oldest go first", least=1)
    max_turns: int = _setting(10_000, "turns kept of one session; the oldest go first", least=1)
    max_journal: int = _setting(1_000, "requests kept in the journal", least=1)
    quiet: bool = _switch("log what is wrong, and not every request", on=False)
    threads: int = _setting(8, "requests answered at the same time, by each worker", least=1)
    workers: int = _setting(1, "processes that answer, all on one store", least=1, most=64)

    def __post_init__(self) -> None:
        for setting in fields(self):
            _check(setting.name, getattr(self, setting.name), setting.metadata)


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that `LEADWAY_MOCK_*` variables name; raises `SettingsError`.

    A variable that names no setting is an error: a misspelt one would be missed in silence.
    """
    found = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX)
    }
    known = [setting.name for setting in fields(Settings)]
    for name in found:
        if name not in known:
            raise SettingsError(f"{variable(name)} names no setting. {_advice(name, known)}")
    return {name: parse(name, text) for name, text in found.items()}


def parse(name: str, text: str) -> Any:  # noqa: ANN401 - of the setting's own type
    """Return what `text` means for the setting `name`; raises `SettingsError`."""
    kinds = {setting.name: str(setting.type) for setting in fields(Settings)}
    reader = READERS[kinds[name].removesuffix(" | None")]
    try:
        return reader(text)
    except ValueError as error:
        raise SettingsError(f"cannot be {text!r}: {WANTED[reader]}.", name) from error


def _advice(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"{variable(close[0])} is meant, perhaps."
    return f"There are {', '.join(map(variable, known))}."


def _truth(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


READERS: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": _truth,
    "tuple[str, ...]": _names,
}
WANTED = {
    int: "a whole number is wanted",
    float: "a number is wanted",
    _truth: "true or false is wanted",
}


def _check(name: str, value: object, limits: Mapping[str, Any]) -> None:
    choices, least, most = limits["choices"], limits["least"], limits["most"]
    if choices and value not in choices:
        raise SettingsError(f"cannot be {value!r}: one of {', '.join(choices)} is wanted.", name)
    if least is not None and not (isinstance(value, int | float) and value >= least):
        raise SettingsError(f"cannot be {value!r}: {least} or more is wanted.", name)
    if most is not None and isinstance(value, int | float) and value > most:
        raise SettingsError(f"cannot be {value!r}: {most} or less is wanted.", name)
