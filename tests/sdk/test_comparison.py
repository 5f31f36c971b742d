"""The tables of the comparison page are the results of their rows."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.docs.markdown import Page
from tests.sdk.comparison import FAILURES, FEATURES, Servers, table
from tests.sdk.hostile_server import HostileServer

PAGE = "docs/sdk-comparison.md"


@pytest.mark.parametrize("rows", [FEATURES, FAILURES], ids=["features", "failures"])
def test_the_table_matches_the_measured_results(
    rows: list[object], url: str, hostile_server: HostileServer
) -> None:
    assert table(rows, Servers(url, hostile_server)) in Page.read(PAGE).text  # type: ignore[arg-type]


def test_the_page_names_the_installed_version() -> None:
    assert f"gohighlevel-api-client {version('gohighlevel-api-client')}" in Page.read(PAGE).text
