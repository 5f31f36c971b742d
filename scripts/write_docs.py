"""Write the pages of docs/ that are made from the program.

behaviours.md comes from the contract's examples and `x-behaviours`, settings.md from the fields of
`leadway_mock.settings.Settings`, contract-suite.md from the tables of tests/contract. With --check,
writes nothing and fails where a page is not what it would be today.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, NamedTuple

from contract_suite_page import contract_suite_page

from leadway_mock.contract import Contract, Example, load_contract
from leadway_mock.settings import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
CURE = "docs/ is not what the program says today. Run `make docs` and commit the result."
LEVELS = ("documented", "observed", "inferred", "invented")

SESSIONS = (
    "session-unknown",
    "session-expired",
    "session-foreign-agent",
    "session-foreign-location",
)
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "profile": ("scope-missing-documented", "scope-missing-observed", "scope-by-profile"),
    "unknown_session": (
        *SESSIONS,
        *(f"{name}-400" for name in SESSIONS),
        "session-unknown-starts-anew",
    ),
    "session_idle_seconds": ("session-expired", "session-expired-400", "session-expiry"),
    "unknown_properties": ("unknown-property-refused",),
    "enforce_quotas": ("quota-exceeded", "quota-windows"),
    "quota_burst": ("quota-windows",),
    "quota_minute": ("quota-windows",),
    "quota_day": ("quota-windows",),
    "retry_after": ("retry-after-sent", "fault-retry-after"),
    "max_body_bytes": ("body-too-large",),
    "seed": ("ids-opaque", "fault-latency"),
}
"""Which setting decides on which behaviours. The contract describes the API and knows no flags."""

NOTE = "<!-- Written by scripts/write_docs.py. Edit {source}, then run `make docs`. -->"

BEHAVIOURS = """\
# Behaviours

{note}

Everything the mock does, and how well it is known: {counts}.
[Evidence](evidence.md) says what these words mean.

## Answers

Each answer names its row here in the header `X-Mock-Rule`, and how well it is known in
`X-Mock-Evidence`. Ask for one with `Prefer: example=` and its name; the request has to be a good
one. What stands here for a body is its `message`.

{answers}

## What no single answer shows

{behaviours}

## The mock's own answers

The platform has none of these, so the contract does not either. All are invented.

| rule | status | when |
|---|---|---|
| `host-refused` | 403 | `Host` is a name that a stranger may own; `--allow-host` accepts one. |
| `origin-refused` | 403 | A web page that the mock did not serve calls the control API. |
| `control-media-type` | 415 | A write to the control API is not `application/json`. |
| `mock-failure` | 500 | The mock has a bug; its log on standard error says where. |
"""

SETTINGS = """\
# Settings

{note}

What `leadway mock` can be told. A flag wins over its environment variable, and the variable over
the default. A variable that begins with `{prefix}` and names no setting is an error, since a
misspelt one would be missed in silence.

{settings}

In a variable, a switch is `true` or `false`, and commas separate the items of a list. `make mock`
takes every variable, and `PORT` and `HOST`:

```sh
{prefix}SEED=1 make mock PORT=4011
```
"""


class Row(NamedTuple):
    """One behaviour, ready for its table."""

    rule: str
    when: str
    then: str
    level: str
    source: str


def behaviours_page() -> str:
    """Return docs/behaviours.md as the contract has it today."""
    contract = load_contract()
    answers, others = list(_answers(contract)), list(_others(contract))
    _check_switches({row.rule for row in (*answers, *others)})
    levels = Counter(row.level for row in (*answers, *others))
    return BEHAVIOURS.format(
        note=NOTE.format(source="openapi/leadway.yaml"),
        counts=", ".join(f"{levels[level]} {level}" for level in LEVELS),
        answers=_table("rule | when | answer | known | setting", map(_cells, answers)),
        behaviours=_table("rule | when | then | known | setting", map(_cells, others)),
    )


def settings_page() -> str:
    """Return docs/settings.md as `Settings` has it today."""
    header = "flag | variable | default | what it decides"
    return SETTINGS.format(
        note=NOTE.format(source="mock_server/leadway_mock/settings.py"),
        prefix=ENVIRONMENT_PREFIX,
        settings=_table(header, map(_setting_cells, fields(Settings))),
    )


PAGES: Mapping[Path, Callable[[], str]] = {
    Path("docs/behaviours.md"): behaviours_page,
    Path("docs/contract-suite.md"): contract_suite_page,
    Path("docs/settings.md"): settings_page,
}
"""Each generated page, by its path in the repository, and what writes it."""


def stale(root: Path) -> list[Path]:
    """Return the pages of the checkout `root` that are missing or not what they would be today."""
    return [
        page
        for page, text in PAGES.items()
        if not (root / page).is_file() or (root / page).read_text("utf-8") != text()
    ]


def _answers(contract: Contract) -> Iterator[Row]:
    for name in contract.document["components"]["examples"]:
        example = contract.examples.get(name)  # those of requests are not among them
        if example is not None:
            then = f"{example.status} {_message(example)}"
            yield Row(name, f"{example.summary}.", then, example.level, example.source)


def _message(example: Example) -> str:
    said = example.content.get("message", example.content.get("response"))
    texts = said if isinstance(said, list) else [said]
    return "; ".join(f"`{text}`" for text in texts)


def _others(contract: Contract) -> Iterator[Row]:
    for each in contract.document["x-behaviours"]:
        yield Row(each["id"], each["when"], each["then"], each["level"], each["source"])


def _check_switches(rules: set[str]) -> None:
    known = {setting.name for setting in fields(Settings)}
    for setting, switched in SWITCHES.items():
        unknown = [*({setting} - known), *sorted(set(switched) - rules)]
        if unknown:
            sys.exit(f"SWITCHES in {__file__} names what does not exist: {', '.join(unknown)}")


def _cells(row: Row) -> tuple[str, ...]:
    flags = [f"`{_flag(name)}`" for name, rules in SWITCHES.items() if row.rule in rules]
    known = f"**{row.level}**: {row.source}"
    return (f"`{row.rule}`", row.when, row.then, known, ", ".join(flags))


def _setting_cells(setting: Field[Any]) -> tuple[str, ...]:
    text: str = setting.metadata["help"]
    variable = ENVIRONMENT_PREFIX + setting.name.upper()
    return (_flags(setting), f"`{variable}`", _default(setting.default), text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _flags(setting: Field[Any]) -> str:
    flag = _flag(setting.name)
    if setting.type == "bool":
        return f"`{flag}`, `{flag.replace('--', '--no-', 1)}`"
    choices = "|".join(setting.metadata["choices"])
    return f"`{flag} {choices}`" if choices else f"`{flag}`"


def _default(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value:.0f}`" if isinstance(value, float) else f"`{value}`"


def _table(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    rule = "|".join("---" for _ in header.split("|"))
    return "\n".join([f"| {header} |", f"|{rule}|", *map(_line, rows)])


def _line(cells: tuple[str, ...]) -> str:
    plain = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(plain)} |"


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which are stale; return the exit code."""
    if arguments == ["--check"]:
        found = stale(ROOT)
        print("".join(f"{page}: stale\n" for page in found) + CURE if found else "", end="")
        return int(bool(found))
    for page, text in PAGES.items():
        (ROOT / page).write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
