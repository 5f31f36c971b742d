"""Text of docs/contract-suite.md, from the tables of tests/contract."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.contract.clauses import SECTIONS, Clause
from tests.contract.evidence import evidence_of
from tests.contract.exclusions import EXCLUSIONS, reason
from tests.contract.targets import TARGETS

PAGE = """\
# The contract suite

<!-- Written by scripts/write_docs.py. Edit tests/contract/clauses.py or exclusions.py, then run
`make docs`. -->

The requirements of Leadway's API, clause by clause, and the targets of `tests/contract/` that run
each.

```sh
make contract TARGET=mock   # or prism, or live
make referee                # the mock behind Prism's validating proxy
```

| target | is |
|---|---|
{targets}

The live target needs `LEADWAY_TOKEN`, `LEADWAY_LOCATION_ID` and `LEADWAY_AGENT_ID` in the
environment; `LEADWAY_BASE_URL` is optional. Its clauses are few and harmless, but about a dozen
messages run the agent.

The [evidence](evidence.md) of a clause is the weakest evidence of the contract's rows behind it.
✓ means that the target runs the clause, which must pass. A letter refers to a reason at the end.

{sections}
## Reasons for exclusions

{reasons}
"""


def contract_suite_page() -> str:
    """Return the page."""
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
    cells = [f"`{clause.id}`<br>{clause.sentence}", evidence_of(clause), *marks]
    return f"| {' | '.join(cells)} |"


def _letters() -> dict[str, str]:
    """Return the letter of every reason, in the order of the exclusions."""
    reasons = dict.fromkeys(each.why for each in EXCLUSIONS)
    return {why: chr(ord("a") + number) for number, why in enumerate(reasons)}
