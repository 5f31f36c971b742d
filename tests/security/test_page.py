"""docs/security.md names tests that exist, and all of tests/security."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")

# Tests of the tests: that a list is whole, that an auditor sees, that a page is true.
ABOUT_TESTS = {
    "test_every_control_route_is_covered",
    "test_the_audit_hook_detects_connections_writes_and_code",
    "test_every_test_on_the_page_exists",
    "test_every_test_is_on_the_page",
}
# Said on the page in other words, or by a stronger neighbour.
ALSO = {
    "test_a_unicode_id_in_a_path_is_the_same_as_in_a_body",
    "test_no_number_breaks_a_page",
    "test_a_url_that_names_nothing_is_explained_in_one_short_line",
    "test_the_command_reports_a_bomb_like_any_other_error",
}


def defined_in(*folders: str) -> set[str]:
    files = [file for folder in folders for file in (ROOT / "tests" / folder).rglob("test_*.py")]
    text = "".join(file.read_text("utf-8") for file in files)
    return set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))


NAMED = set(re.findall(r"`(test_\w+)`", PAGE))


def test_every_test_on_the_page_exists() -> None:
    assert NAMED - defined_in("security", "property", "mock", "stress") == set()


def test_every_test_is_on_the_page() -> None:
    assert defined_in("security") - NAMED == ABOUT_TESTS | ALSO
