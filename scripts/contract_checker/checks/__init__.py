"""The checks: each is a function that takes the document and yields what it finds wrong.

They are small on purpose and know nothing of each other. A check that stumbles over a defect which
is another's business keeps silent about it.
"""

from collections.abc import Callable, Iterator

from contract_checker.checks import evidence, examples, links, operations, references, schemas
from contract_checker.document import Document
from contract_checker.findings import Finding

Check = Callable[[Document], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    references.yaml_survives_as_json,
    references.references_lead_somewhere,
    references.components_are_used,
    schemas.schemas_are_schemas,
    schemas.arrays_say_what_they_hold,
    schemas.fields_are_explained,
    schemas.answers_stay_open,
    schemas.accepted_values_include_the_default,
    examples.values_fit_their_schemas,
    examples.names_are_kept,
    examples.statuses_agree,
    operations.ids_stay_distinct,
    operations.answers_are_complete,
    operations.headers_are_complete,
    operations.access_is_declared,
    operations.deprecations_name_a_successor,
    links.targets_exist,
    links.parameters_exist,
    links.expressions_point_somewhere,
    links.values_fit_their_target,
    evidence.levels_are_known,
    evidence.examples_have_evidence,
    evidence.behaviours_are_distinct,
)

OF_A_PLATFORM: tuple[Check, ...] = (
    schemas.fields_are_explained,
    schemas.answers_stay_open,
    operations.answers_are_complete,
    operations.headers_are_complete,
    operations.access_is_declared,
    evidence.examples_have_evidence,
)
"""What is asked of an API that others run and we describe: evidence, open answers, its headers."""

GENERAL: tuple[Check, ...] = tuple(each for each in CHECKS if each not in OF_A_PLATFORM)
"""What is asked of any contract."""
