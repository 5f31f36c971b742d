"""Checks of the contract that no linter has.

Linters know OpenAPI. These checks know the use of this contract: its examples are responses of the
mock, tests follow its links, the mock sends its evidence, and a client is generated from it.
"""

from collections.abc import Sequence

from contract_checker.checks import CHECKS, GENERAL, Check
from contract_checker.document import Document, Problem, UnreadableError

__all__ = ["CHECKS", "GENERAL", "Check", "Document", "Problem", "UnreadableError", "check"]


def check(document: Document, checks: Sequence[Check] = CHECKS) -> list[Problem]:
    """Return the problems that `checks` find, without duplicates, in the order of the file."""
    problems = {problem for each in checks for problem in each(document)}
    return sorted(problems, key=lambda problem: (document.line(problem.pointer), problem))
