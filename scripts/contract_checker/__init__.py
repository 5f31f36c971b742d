"""Checks the contract for what no linter looks at.

A linter knows OpenAPI. These checks know what this contract is for: its examples are answers of
the mock, its links are walked by tests, its evidence is sent along, and a client is made from it.
"""

from collections.abc import Sequence

from contract_checker.checks import CHECKS, GENERAL, Check
from contract_checker.document import Document, UnreadableError
from contract_checker.findings import Finding

__all__ = ["CHECKS", "GENERAL", "Check", "Document", "Finding", "UnreadableError", "check"]


def check(document: Document, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Return what any of `checks` finds wrong, in the order of the file, nothing twice."""
    found = {finding for examine in checks for finding in examine(document)}
    return sorted(found, key=lambda finding: (document.line(finding.pointer), finding))
