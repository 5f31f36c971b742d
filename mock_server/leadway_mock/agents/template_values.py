"""Values of the placeholders in a reply template."""

from collections.abc import Mapping
from typing import Final

from leadway_mock.agents.input_variables import plain_text
from leadway_mock.agents.replies import AgentInput

BUILT_IN_NAMES: Final = ("message", "turn", "contactId", "executionId", "versionId")
"""The placeholders that every template may use, besides captures and `variables.…`."""


def values_for(heard: AgentInput, captures: Mapping[str, str]) -> dict[str, str]:
    """Return what the placeholders of a template stand for, once `captures` were captured."""
    return {**captures, **_built_in_values(heard), **_variables(heard)}


def _built_in_values(heard: AgentInput) -> dict[str, str]:
    told = (
        heard.message,
        str(heard.turn),
        heard.contact_id or "",
        heard.execution_id,
        heard.version_id,
    )
    return dict(zip(BUILT_IN_NAMES, told, strict=True))


def _variables(heard: AgentInput) -> dict[str, str]:
    return {f"variables.{name}": plain_text(value) for name, value in heard.input_variables.items()}
