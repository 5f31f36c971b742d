"""Text of docs/contract-suite.md, from the tables of tests/contract. write_docs.py writes it."""

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

Requirements for everything that implements Leadway's API, clause by clause, and the targets of
`tests/contract/` that are tested for them.

```sh
make contract TARGET=mock   # or prism, or live
make referee                # the mock behind Prism's validating proxy
```

| target | what it is |
|---|---|
{targets}

The live target needs `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and `LEADWAY_AGENT_ID` in the
environment, and reads `LEADWAY_BASE_URL`. It runs few clauses, which change nothing, but send about
a dozen messages to the agent.

The [evidence](evidence.md) of a clause is that of the rows of the contract on which it is based. A
✓ is a clause that runs and must pass. A letter is the reason, listed at the end, why it does not
run.

{sections}
## Reasons for exclusions

{reasons}
"""


def contract_suite_page() -> str:
    """Return the text of docs/contract-suite.md."""
    targets = (f"| `{target.name}` | {target.about} |" for target in TARGETS.values())
    sections = (_section(title, clauses) for title, clauses in SECTIONS.items())
    reasons = (f"* **{letter}** {why}" for why, letter in _letters().items())
    return PAGE.format(
        targets="\n".join(targets), sections="\n".join(sections), reasons="\n".join(reasons)
    )


def _section(title: str, clauses: tuple[Clause, ...]) -> str:
    header = f"| clause | evidence | {' | '.join(TARGETS)} |\n|---|---|{':-:|' * len(TARGETS)}"
    return "\n".join([f"## {title}", "", header, *map(_row, clauses), ""])


def _row(clause: Clause) -> str:
    marks: Iterator[str] = (_letters().get(reason(name, clause.id), "✓") for name in TARGETS)
    cells = [f"`{clause.id}`<br>{clause.sentence}", level_of(clause), *marks]
    return f"| {' | '.join(cells)} |"


def _letters() -> dict[str, str]:
    """Return the letter of each reason, in the order of the exclusions."""
    reasons = dict.fromkeys(each.why for each in EXCLUSIONS)
    return {why: chr(ord("a") + number) for number, why in enumerate(reasons)}
