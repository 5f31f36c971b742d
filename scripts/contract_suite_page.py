"""Text of docs/contract-suite.md, from the tables of tests/contract."""

import sys
from pathlib import Path
from textwrap import fill

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.contract.clauses import SECTIONS, Clause
from tests.contract.evidence import evidence_of
from tests.contract.exclusions import EXCLUSIONS, reason
from tests.contract.targets import TARGETS

PAGE = """\
# The contract suite

<!-- Written by scripts/write_docs.py. Edit tests/contract/clauses.py or exclusions.py, then run
`make docs`. -->

The requirements of Leadway's API, and the targets of `tests/contract/` that test them.

```sh
make contract TARGET=mock   # or prism, or live
make referee                # the mock behind Prism's validating proxy
```

|target|is|
|---|---|
{targets}

The live target needs `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and `LEADWAY_AGENT_ID`;
`LEADWAY_BASE_URL` is optional. Its clauses are harmless, but about a dozen messages run the agent.

The [evidence](evidence.md) of a clause is the weakest of the contract's rows behind it. Every
target must pass every clause, except for the [reasons](#reasons-for-exclusions) in the last column.

{sections}
## Reasons for exclusions

{reasons}
"""


def contract_suite_page() -> str:
    """Return the page."""
    targets = (f"|`{target.name}`|{target.about}|" for target in TARGETS.values())
    sections = (_section(title, clauses) for title, clauses in SECTIONS.items())
    reasons = (
        fill(f"* **{letter}** ({_excluded(why)}) {why}", 100, subsequent_indent="  ")
        for why, letter in _letters().items()
    )
    return PAGE.format(
        targets="\n".join(targets), sections="\n".join(sections), reasons="\n".join(reasons)
    )


def _section(title: str, clauses: tuple[Clause, ...]) -> str:
    header = "|clause|evidence|not for|\n|---|---|---|"
    return "\n".join([f"## {title}", "", header, *map(_row, clauses), ""])


def _row(clause: Clause) -> str:
    reasons = dict.fromkeys(filter(None, (reason(name, clause.id) for name in TARGETS)))
    letters = " ".join(_letters()[each] for each in reasons)
    return f"|{clause.sentence}|{evidence_of(clause)}|{letters}|"


def _excluded(why: str) -> str:
    names = dict.fromkeys(name for each in EXCLUSIONS if each.why == why for name in each.targets)
    return ", ".join(f"`{name}`" for name in names)


def _letters() -> dict[str, str]:
    """Return the letter of every reason, in the order of the exclusions."""
    reasons = dict.fromkeys(each.why for each in EXCLUSIONS)
    return {why: chr(ord("a") + number) for number, why in enumerate(reasons)}
