"""README.es.md matches README.md: the same code, tables and links under the same headings."""

from __future__ import annotations

import re

from tests.docs.markdown import Page

ENGLISH = Page.read("README.md")
SPANISH = Page.read("README.es.md")


def outline(page: Page) -> list[int]:
    return [level for level, _ in page.headings]


def by_section(page: Page, pattern: str) -> list[list[str]]:
    """Return the matches of a pattern in each section, sorted: word order differs."""
    sections = re.split(r"^#+ .*$", page.prose, flags=re.MULTILINE)
    return [sorted(re.findall(pattern, section)) for section in sections]


def test_headings_have_the_same_levels() -> None:
    assert outline(SPANISH) == outline(ENGLISH)
    assert len(set(SPANISH.anchors)) == len(set(ENGLISH.anchors)) == len(ENGLISH.headings)


def test_code_blocks_are_the_same() -> None:
    assert SPANISH.blocks == ENGLISH.blocks


def test_sections_have_the_same_links() -> None:
    english, spanish = (by_section(page, r"\]\((\S+)\)") for page in (ENGLISH, SPANISH))
    assert "README.es.md" in english[1]
    assert "README.md" in spanish[1]
    english[1].remove("README.es.md")
    spanish[1].remove("README.md")
    assert spanish == english


def test_sections_have_the_same_inline_code() -> None:
    code = r"`([^`\n]+)`"
    assert by_section(SPANISH, code) == by_section(ENGLISH, code)


def test_tables_have_the_same_number_of_rows() -> None:
    row = r"(?m)^\|"
    assert by_section(SPANISH, row) == by_section(ENGLISH, row)
