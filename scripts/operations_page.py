"""Text of docs/operations.md, from the contract and tests/contract/operations.py."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadway_mock.contract.loader import contract_file, load_contract
from leadway_mock.contract.model import Contract, Operation
from leadway_mock.contract.observations import read_observations
from leadway_mock.recording.spec_comparison import Difference, Kind, compare
from leadway_mock.recording.spec_files import read_operations
from leadway_mock.recording.verification.probes import PROBES
from tests.contract.operations import OPERATIONS

ROOT = Path(__file__).resolve().parents[1]
SPECS = ROOT / "tests" / "mock" / "recording" / "specs"
SPEC_NAMES = ("agent-studio.json", "agent-studio-v3.json", "oauth.json")

PAGE = """\
# Operations

<!-- Written by scripts/write_docs.py. Edit tests/contract/operations.py, then run `make docs`. -->

Every operation of the contract. The mock serves all of them, and the generated client has a module
for each.

|operation|method and path|scope|SDK|test|differences|observed|
|---|---|---|---|---|---|---|
{rows}

## Compared with the vendor

`leadway drift` counts the differences from
[the vendor's files](evidence.md#when-the-vendors-files-change): breaking / all, or a dash where no
file describes the operation. [`leadway verify`](verify.md) compares the mock with the service;
"observed" is the newest date of contributed observations.
"""


def operations_page(root: Path = ROOT) -> str:
    """Return the page; contributed observations are in the folder `observations` of `root`."""
    contract, differences = load_contract(), _differences()
    dates = observed_dates(contract, root / "observations")
    rows = (
        f"{_cells(each)}|{_differences_text(each, differences)}|{dates.get(each.id, 'never')}|"
        for each in contract.operations
    )
    return PAGE.format(rows="\n".join(rows))


def observed_dates(contract: Contract, folder: Path) -> dict[str, str]:
    """Return the newest date of a probe of each operation, by the operation's id."""
    found: dict[str, str] = {}
    for file in folder.glob("*.json"):
        for observed in read_observations(file, contract).probes:
            probe = PROBES.get(observed.probe)
            path = re.sub(r"\{[^}]*\}", "x", probe.path) if probe else ""
            for operation, _ in contract.operations_at(path):
                if probe and operation.method == probe.method:
                    found[operation.id] = max(found.get(operation.id, ""), observed.date)
    return found


def _differences() -> Mapping[str, list[Difference]]:
    """Return the differences from all files that describe an operation, by method and path."""
    ours = read_operations(contract_file())
    found: dict[str, list[Difference]] = {}
    for name in SPEC_NAMES:
        differences = compare(ours, read_operations(SPECS / name))
        missing = {each.operation for each in differences if not each.pointer}
        families = {_family(each.operation) for each in differences}
        for operation in ours:
            if operation not in missing and _family(operation) in families:
                found.setdefault(operation, [])
        for each in differences:
            if each.pointer and each not in found.setdefault(each.operation, []):
                found[each.operation].append(each)
    return found


def _family(operation: str) -> str:
    return operation.partition("/")[2].partition("/")[0]


def _differences_text(operation: Operation, found: Mapping[str, list[Difference]]) -> str:
    differences = found.get(f"{operation.method} {operation.path}")
    if differences is None:
        return "-"
    return f"{sum(each.kind is Kind.BREAKING for each in differences)}/{len(differences)}"


def _cells(operation: Operation) -> str:
    row = OPERATIONS[operation.id]
    scopes = ", ".join(f"`{scope}`" for scope in operation.scopes) or "unknown"
    path, _, test = row.test.partition("::")
    sdk = f"`{row.sdk}`" if row.sdk else row.no_sdk
    name = f"`{operation.id}`" + " (deprecated)" * operation.deprecated
    link = f"[`{test}`](../{path})"
    return f"|{name}|`{operation.method} {operation.path}`|{scopes}|{sdk}|{link}"
