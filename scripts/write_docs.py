"""Write the pages of docs/ that are made from the program.

behaviours.md comes from the table of `leadway_mock.contract.behaviours`, settings.md from the fields of
`leadway_mock.config.settings.Settings`, contract-suite.md from the tables of tests/contract; and which
test shows which behaviour is written down for the package. With --check, writes nothing and fails
where one of them is not what it would be today.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from behaviour_tests import DATA, shown_behaviours
from behaviour_tests import ROOT as SOURCES
from contract_suite_page import contract_suite_page

from leadway_mock.config.settings import ENVIRONMENT_PREFIX, Settings, flag, variable
from leadway_mock.contract.behaviours import (
    BEHAVIOUR_SETTINGS,
    EVIDENCE_LEVELS,
    MOCK_BEHAVIOURS,
    Behaviour,
    behaviours,
)
from leadway_mock.contract.loader import load_contract

ROOT = Path(__file__).resolve().parents[1]
CURE = "docs/ is not what the program says today. Run `make docs` and commit the result."
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

{own}
"""

SETTINGS = """\
# Settings

{note}

What `leadway mock` can be told. A flag wins over its environment variable, and the variable over
the default. A variable that begins with `{prefix}` and names no setting is an error, since a
misspelt one would be missed in silence. An error of the command names flag and variable; Python and
the control API, and their errors, write `session_idle_seconds` for `--session-idle-seconds`.

{settings}

In a variable, a switch is `true` or `false`, and commas separate the items of a list. `make mock`
takes every variable, and `PORT` and `HOST`:

```sh
{prefix}SEED=1 make mock PORT=4011
```
"""


def behaviours_page() -> str:
    """Return docs/behaviours.md as the table has it today."""
    rows = behaviours(load_contract(), shown_behaviours(SOURCES))
    _check_switches({row.id for row in rows})
    levels = Counter(row.evidence for row in rows)
    kinds = {kind: [row for row in rows if _kind(row) == kind] for kind in map(_kind, rows)}
    return BEHAVIOURS.format(
        note=NOTE.format(source="openapi/leadway.yaml"),
        counts=", ".join(f"{levels[level]} {level}" for level in EVIDENCE_LEVELS),
        answers=_table(
            "rule | when | answer | known | setting | test", map(_cells, kinds["answer"])
        ),
        behaviours=_table(
            "rule | when | then | known | setting | test", map(_cells, kinds["other"])
        ),
        own=_table("rule | status | when | setting | test", map(_own_cells, kinds["own"])),
    )


def tests_file() -> str:
    """Return which tests show which behaviour, as JSON."""
    return json.dumps(shown_behaviours(SOURCES), indent=1) + "\n"


def settings_page() -> str:
    """Return docs/settings.md as `Settings` has it today."""
    header = "flag | variable | default | what it decides"
    return SETTINGS.format(
        note=NOTE.format(source="mock_server/leadway_mock/settings.py"),
        prefix=ENVIRONMENT_PREFIX,
        settings=_table(header, map(_setting_cells, fields(Settings))),
    )


PAGES: Mapping[Path, Callable[[], str]] = {
    DATA: tests_file,
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


def _kind(row: Behaviour) -> str:
    if row.id in MOCK_BEHAVIOURS:
        return "own"
    return "other" if row.status is None else "answer"


def _check_switches(rules: set[str]) -> None:
    known = {setting.name for setting in fields(Settings)}
    for setting, switched in BEHAVIOUR_SETTINGS.items():
        unknown = [*({setting} - known), *sorted(set(switched) - rules)]
        if unknown:
            sys.exit(f"SWITCHES in {__file__} names what does not exist: {', '.join(unknown)}")


def _cells(row: Behaviour) -> tuple[str, ...]:
    answer = row.response if row.status is None else f"{row.status} {row.response}"
    known = f"**{row.evidence}**: {row.source}"
    return (f"`{row.id}`", row.condition, answer, known, _switches(row), _tests(row))


def _own_cells(row: Behaviour) -> tuple[str, ...]:
    return (f"`{row.id}`", str(row.status), row.condition, _switches(row), _tests(row))


def _switches(row: Behaviour) -> str:
    return ", ".join(f"`{flag(name)}`" for name in row.settings)


def _tests(row: Behaviour) -> str:
    """Return the first test of a row, with a link to its file, and how many more there are."""
    if not row.tests:
        return ""
    file, _, name = row.tests[0].partition("::")
    more = f" and {len(row.tests) - 1} more" if len(row.tests) > 1 else ""
    return f"[{name}](../{file}){more}"


def _setting_cells(setting: Field[Any]) -> tuple[str, ...]:
    text: str = setting.metadata["help"]
    return (_flags(setting), f"`{variable(setting.name)}`", _default(setting.default), text)


def _flags(setting: Field[Any]) -> str:
    name = flag(setting.name)
    if setting.type == "bool":
        return f"`{name}`, `{name.replace('--', '--no-', 1)}`"
    choices = "|".join(setting.metadata["choices"])
    return f"`{name} {choices}`" if choices else f"`{name}`"


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
