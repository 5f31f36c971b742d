from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mock.conformance.client import EvaluatedClient


@pytest.fixture
def client() -> Iterator[EvaluatedClient]:
    with EvaluatedClient() as somebody:
        yield somebody
