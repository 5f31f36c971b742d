from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mock.conformance.client import Person


@pytest.fixture
def person() -> Iterator[Person]:
    with Person() as somebody:
        yield somebody
