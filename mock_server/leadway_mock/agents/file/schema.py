"""JSON Schema of the agents file."""

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources

from leadway_mock.documents.problems import Problem
from leadway_mock.documents.schema_errors import FileKind
from leadway_mock.documents.schema_errors import schema_problems as problems_of
from leadway_mock.documents.yaml_document import Document


@cache
def schema_text() -> str:
    """Return the JSON Schema of the agents file, as editors use it."""
    return resources.files(__package__).joinpath("agents.schema.json").read_text("utf-8")


def schema_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each way in which `document` violates the schema."""
    return problems_of(document, _file_kind())


@cache
def _file_kind() -> FileKind:
    """Return the schema with synonyms, which are mostly the vendor's names."""
    return FileKind(
        schema=json.loads(schema_text()),
        start_hint="start it with a line `agents:` or `tokens:`",
        synonyms=SYNONYMS,
        misplaced={"turn": "put `turn` beside `when`, not into it"},
        secret=frozenset({("tokens",)}),
    )


SYNONYMS = {
    "agentId": ("id",),
    "answer": ("response",),
    "isPublished": ("published",),
    "key": ("name",),
    "locationId": ("location",),
    "locationIds": ("locations",),
    "match": ("when",),
    "message": ("when",),
    "output": ("response",),
    "reply": ("response",),
    "scope": ("scopes",),
    "text": ("response",),
    "value": ("token",),
    "versionId": ("id",),
}
