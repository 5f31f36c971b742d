"""Checks the contract for what no linter looks at.

A linter knows OpenAPI. These checks know what this contract is for: its examples are answers of
the mock, its links are walked by tests, its evidence is sent along, and a client is made from it.
"""

from contract_checker.checks import CHECKS
from contract_checker.document import Document, UnreadableError
from contract_checker.findings import Finding

__all__ = ["CHECKS", "Document", "Finding", "UnreadableError", "check"]


def check(document: Document) -> list[Finding]:
    """Return everything that any check finds wrong, in the order of the file, nothing twice."""
    found = {finding for examine in CHECKS for finding in examine(document)}
    return sorted(found, key=lambda finding: (document.line(finding.pointer), finding))
