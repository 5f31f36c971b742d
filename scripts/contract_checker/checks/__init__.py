"""The checks: functions that take the document and yield problems.

A check ignores defects that another check, or Redocly, reports.
"""

from collections.abc import Callable, Iterator

from contract_checker.checks import evidence, examples, links, operations, schemas
from contract_checker.document import Document, Problem

Check = Callable[[Document], Iterator[Problem]]


def yaml_is_unambiguous(document: Document) -> Iterator[Problem]:
    """All YAML readers read the same JSON values."""
    yield from document.ambiguities()


CHECKS: tuple[Check, ...] = (
    yaml_is_unambiguous,
    schemas.arrays_have_items,
    schemas.fields_are_documented,
    schemas.response_schemas_stay_open,
    schemas.accepted_values_include_the_default,
    examples.values_fit_their_schemas,
    examples.example_names_are_kept,
    examples.statuses_agree,
    operations.operation_ids_are_distinct,
    operations.responses_are_complete,
    operations.headers_are_complete,
    operations.security_is_declared,
    operations.deprecations_have_a_successor,
    links.link_targets_exist,
    links.link_parameters_exist,
    links.link_expressions_resolve,
    links.link_values_are_valid,
    evidence.evidence_is_valid,
    evidence.examples_have_evidence,
    evidence.behaviours_are_distinct,
)

PLATFORM_ONLY: tuple[Check, ...] = (
    schemas.fields_are_documented,
    schemas.response_schemas_stay_open,
    operations.responses_are_complete,
    operations.headers_are_complete,
    operations.security_is_declared,
    evidence.examples_have_evidence,
)
"""Checks for an API that others run and this contract describes."""

GENERAL: tuple[Check, ...] = tuple(each for each in CHECKS if each not in PLATFORM_ONLY)
"""Checks for any contract."""
