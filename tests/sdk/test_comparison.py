"""The side-by-side table is what comes out when each of its rows is run."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.docs.markdown import Page
from tests.sdk.comparison import FAILURES, FEATURES, Stage, table
from tests.sdk.hostile import Hostile

PAGE = "docs/sdk-comparison.md"


@pytest.mark.parametrize("rows", [FEATURES, FAILURES], ids=["features", "failures"])
def test_the_table_is_what_comes_out(rows: list[object], url: str, hostile_server: Hostile) -> None:
    assert table(rows, Stage(url, hostile_server)) in Page.read(PAGE).text  # type: ignore[arg-type]


def test_the_page_names_the_version_that_was_run() -> None:
    assert f"gohighlevel-api-client {version('gohighlevel-api-client')}" in Page.read(PAGE).text
