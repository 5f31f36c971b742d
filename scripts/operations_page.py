"""Text of docs/operations.md, from the contract and tests/contract/operations.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Operation
from tests.contract.operations import OPERATIONS

PAGE = """\
# Operations

<!-- Written by scripts/write_docs.py. Edit tests/contract/operations.py, then run `make docs`. -->

Every operation of the contract. The mock serves all of them, and the generated client has a module
for each.

|operation|method and path|scope|SDK|test|
|---|---|---|---|---|
{rows}
"""


def operations_page() -> str:
    """Return the page."""
    rows = (_row(each) for each in load_contract().operations)
    return PAGE.format(rows="\n".join(rows))


def _row(operation: Operation) -> str:
    row = OPERATIONS[operation.id]
    scopes = ", ".join(f"`{scope}`" for scope in operation.scopes) or "unknown"
    name = f"`{operation.id}`" + " (deprecated)" * operation.deprecated
    path, _, test = row.test.partition("::")
    sdk = f"`{row.sdk}`" if row.sdk else row.no_sdk
    link = f"[`{test}`](../{path})"
    return f"|{name}|`{operation.method} {operation.path}`|{scopes}|{sdk}|{link}|"
