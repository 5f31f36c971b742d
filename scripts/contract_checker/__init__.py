"""Checks of the contract that no linter has.

Linters know OpenAPI. These checks know the use of this contract: its examples are responses of the
mock, tests follow its links, the mock sends its evidence, and a client is generated from it.
"""

from collections.abc import Sequence

from contract_checker import checks, links
from contract_checker.document import Check, Document
from leadway_mock.documents.problems import DocumentError, Problem

CHECKS: tuple[Check, ...] = (
    Document.ambiguities,
    checks.response_schemas_stay_open,
    checks.accepted_values_include_the_default,
    checks.values_fit_their_schemas,
    checks.example_names_are_kept,
    checks.statuses_agree,
    checks.operation_ids_are_distinct,
    checks.deprecations_have_a_successor,
    links.link_targets_exist,
    links.link_parameters_exist,
    links.link_expressions_resolve,
    links.link_values_are_valid,
    checks.evidence_is_valid,
    checks.behaviours_are_distinct,
)

GENERAL = tuple(each for each in CHECKS if each is not checks.response_schemas_stay_open)
"""Checks for any contract; the other one is for an API that others run."""

__all__ = ["CHECKS", "GENERAL", "Check", "Document", "DocumentError", "Problem", "check"]


def check(document: Document, chosen: Sequence[Check] = CHECKS) -> list[Problem]:
    """Return the problems that checks find, without duplicates, in the order of the file."""
    problems = {problem for each in chosen for problem in each(document)}
    return sorted(problems, key=lambda problem: (document.line(str(problem.location)), problem))
