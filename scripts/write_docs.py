"""Write the generated pages of docs/.

behaviours.md comes from `leadway_mock.contract.behaviours`, contributed observations and the
targets of the contract suite, settings.md from the fields of
`leadway_mock.config.settings.Settings`. The tests of each behaviour are written to a file of the
package, the types of the control API to clients/node. With --check, write nothing and fail if a
page is not current.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from behaviour_tests import DATA, shown_behaviours
from behaviour_tests import ROOT as SOURCES
from node_types import control_types
from operations_page import operations_page

from leadway_mock.config.settings import ENVIRONMENT_PREFIX, Settings, flag
from leadway_mock.contract.behaviours import (
    BEHAVIOUR_SETTINGS,
    EVIDENCE_LEVELS,
    MOCK_BEHAVIOURS,
    Behaviour,
    behaviours,
    level_of,
)
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import read_observations
from tests.contract.targets import TARGETS

ROOT = Path(__file__).resolve().parents[1]
BAD_REQUEST = 400
HINT = "docs/ is out of date. Run `make docs` and commit the result."
NOTE = "<!-- Written by scripts/write_docs.py. Edit {source}, then run `make docs`. -->"

BEHAVIOURS = """\
# Behaviours

{note}

Everything the mock does, with its [evidence](evidence.md): {counts}.
`/__mock/behaviours` returns the same as JSON.

## Responses

The header `X-Mock-Rule` names the row. A valid request with `Prefer: example=` and the name gets
that response. For errors that are not invented, the table has the first sentence of `message`.

{responses}

## Behaviour that no single response shows

{behaviours}

## Faults

[Faults](faults.md) describes these rules, of which all are invented. The links lead to their tests.

{faults}

## Responses of the mock itself

The platform has none of these, so they are not in the contract. All are invented.

{own}

## Targets of the contract suite

Tests in `tests/contract/` run unchanged against each target:

{targets}

```sh
make contract TARGET=mock   # or prism, or live
make referee                # the mock behind Prism's validating proxy
```

Each test verifies one sentence of [clauses.py](../tests/contract/clauses.py), the requirements of
Leadway's API. The commands print what a target cannot run, and why. The live target needs
`LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and `LEADWAY_AGENT_ID`; `LEADWAY_BASE_URL` is optional. It
runs only harmless clauses, in which about a dozen messages run the agent.
"""

SETTINGS = """\
# Settings

{note}

Settings of `leadway mock`. A flag wins over its environment variable, a variable over the default.

|flag|variable|Python|control API|
|---|---|---|---|
|`--session-idle-seconds`|`{prefix}SESSION_IDLE_SECONDS`|`session_idle_seconds`|`sessionIdleSeconds`|

As a variable, a switch is `true` or `false`, and a list has commas between its items. An unknown
variable that begins with `{prefix}` is an error.

{settings}

An explicit quota wins over `--quota-preset`. The vendor counts all tokens of a
[test account](evidence.md#the-vendors-test-accounts) together, the mock each token and location.
"""


def behaviours_page() -> str:
    """Return the text of docs/behaviours.md."""
    contract = load_contract()
    for file in sorted((ROOT / "observations").glob("*.json")):
        contract = read_observations(file, contract).apply(contract)
    rows = behaviours(contract, shown_behaviours(SOURCES))
    _check_settings({row.id for row in rows})
    levels = Counter(level_of(row.evidence) for row in rows)
    kinds = {kind: [row for row in rows if _kind(row) == kind] for kind in map(_kind, rows)}
    return BEHAVIOURS.format(
        note=NOTE.format(source="openapi/leadway.yaml"),
        counts=", ".join(f"{levels[level]} {level}" for level in EVIDENCE_LEVELS),
        responses=_table(
            "rule | condition | response | evidence | setting | test",
            map(_cells, kinds["response"]),
        ),
        behaviours=_table(
            "rule | condition | response | evidence | setting | test", map(_cells, kinds["other"])
        ),
        faults=",\n".join(
            f"[`{row.id}`](../{row.tests[0].partition('::')[0]})" for row in kinds["fault"]
        ),
        own=_table("rule | status | condition | setting | test", map(_own_cells, kinds["own"])),
        targets=_table(
            "target | is", ((f"`{each.name}`", each.about) for each in TARGETS.values())
        ),
    )


def tests_file() -> str:
    """Return the tests of each behaviour as JSON."""
    return json.dumps(shown_behaviours(SOURCES), indent=1) + "\n"


def settings_page() -> str:
    """Return docs/settings.md as `Settings` has it today."""
    header = "flag | default | effect"
    return SETTINGS.format(
        note=NOTE.format(source="mock_server/leadway_mock/config/settings.py"),
        prefix=ENVIRONMENT_PREFIX,
        settings=_table(header, map(_setting_cells, fields(Settings))),
    )


PAGES: Mapping[Path, Callable[[], str]] = {
    DATA: tests_file,
    Path("clients/node/control.d.ts"): control_types,
    Path("docs/behaviours.md"): behaviours_page,
    Path("docs/operations.md"): operations_page,
    Path("docs/settings.md"): settings_page,
}
"""Functions that return the text of each generated file, by its path in the repository."""


def stale(root: Path) -> list[Path]:
    """Return the generated files of the checkout `root` that are missing or out of date."""
    return [
        page
        for page, text in PAGES.items()
        if not (root / page).is_file() or (root / page).read_text("utf-8") != text()
    ]


def _kind(row: Behaviour) -> str:
    if row.id in MOCK_BEHAVIOURS:
        return "own"
    if row.id.startswith("fault-"):
        return "fault"
    return "other" if row.status is None else "response"


def _check_settings(rules: set[str]) -> None:
    known = {setting.name for setting in fields(Settings)}
    for setting, affected in BEHAVIOUR_SETTINGS.items():
        unknown = [*({setting} - known), *sorted(set(affected) - rules)]
        if unknown:
            sys.exit(f"BEHAVIOUR_SETTINGS names what does not exist: {', '.join(unknown)}")


def _cells(row: Behaviour) -> tuple[str, ...]:
    response = _response(row)
    known = row.source not in {"unknown", "the mock's own"}
    evidence = f"**{row.evidence}**: {row.source}" if known else f"**{row.evidence}**"
    return (f"`{row.id}`", row.condition, response, evidence, _settings(row), _tests(row))


def _response(row: Behaviour) -> str:
    """Return the status of a response, and the first sentence of an error that was not invented."""
    if row.status is None:
        return row.response
    if row.status < BAD_REQUEST or row.evidence == "invented":
        return str(row.status)
    first, _, rest = row.response.partition(". ")
    return f"{row.status} {first}. …`" if rest else f"{row.status} {first}"


def _own_cells(row: Behaviour) -> tuple[str, ...]:
    return (f"`{row.id}`", str(row.status), row.condition, _settings(row), _tests(row))


def _settings(row: Behaviour) -> str:
    return ", ".join(f"`{flag(name)}`" for name in row.settings)


def _tests(row: Behaviour) -> str:
    """Return a link to the first test of a row."""
    if not row.tests:
        return ""
    file, _, name = row.tests[0].partition("::")
    return f"[{name}](../{file})"


def _setting_cells(setting: Field[Any]) -> tuple[str, ...]:
    effect = re.sub(r"(.+); see docs/(.+)", r"[\1](\2)", setting.metadata["help"])
    return (_flags(setting), _default(setting.default), effect)


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
    return "\n".join([f"|{header.replace(' | ', '|')}|", f"|{rule}|", *map(_line, rows)])


def _line(cells: tuple[str, ...]) -> str:
    plain = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"|{'|'.join(plain)}|"


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` print the stale ones; return the exit status."""
    if arguments == ["--check"]:
        found = stale(ROOT)
        print("".join(f"{page}: stale\n" for page in found) + HINT if found else "", end="")
        return int(bool(found))
    for page, text in PAGES.items():
        (ROOT / page).write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
