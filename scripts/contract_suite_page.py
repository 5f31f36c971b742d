"""docs/contract-suite.md, made from the tables of tests/contract; write_docs.py writes it."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.contract.clauses import SECTIONS, Clause
from tests.contract.evidence import level_of
from tests.contract.exclusions import EXCLUSIONS, reason
from tests.contract.targets import TARGETS

PAGE = """\
# The contract suite

<!-- Written by scripts/write_docs.py. Edit tests/contract/clauses.py or exclusions.py, then run
`make docs`. -->

What everything that calls itself Leadway's API has to do, clause by clause, and which target of
`tests/contract/` shows it.

```sh
make contract TARGET=mock   # or prism, or live
make referee                # the mock, judged by Prism's validating proxy
```

| target | is |
|---|---|
{targets}

The live target needs `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and `LEADWAY_AGENT_ID` in the
environment, and takes `LEADWAY_BASE_URL`. Its clauses are few and do no harm, but about a dozen
messages run the agent.

How well a clause is known (see [Evidence](evidence.md)) comes from the rows of the contract that it
rests on. A ✓ is a clause that runs and has to pass; a letter stands for the reason, at the end, why
it does not run.

{sections}
## Why a target leaves something out

{reasons}
"""


def contract_suite_page() -> str:
    """Return docs/contract-suite.md as the suite has it today."""
    targets = (f"| `{target.name}` | {target.about} |" for target in TARGETS.values())
    sections = (_section(title, clauses) for title, clauses in SECTIONS.items())
    reasons = (f"* **{letter}** {why}" for why, letter in _letters().items())
    return PAGE.format(
        targets="\n".join(targets), sections="\n".join(sections), reasons="\n".join(reasons)
    )


def _section(title: str, clauses: tuple[Clause, ...]) -> str:
    header = f"| clause | known | {' | '.join(TARGETS)} |\n|---|---|{':-:|' * len(TARGETS)}"
    return "\n".join([f"## {title}", "", header, *map(_row, clauses), ""])


def _row(clause: Clause) -> str:
    marks: Iterator[str] = (_letters().get(reason(name, clause.id), "✓") for name in TARGETS)
    cells = [f"`{clause.id}`<br>{clause.sentence}", level_of(clause), *marks]
    return f"| {' | '.join(cells)} |"


def _letters() -> dict[str, str]:
    """Return the letter of every reason, in the order of the table of exclusions."""
    reasons = dict.fromkeys(each.why for each in EXCLUSIONS)
    return {why: chr(ord("a") + number) for number, why in enumerate(reasons)}
