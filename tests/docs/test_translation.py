"""README.es.md says what README.md says: the same code, tables and links under the same heads."""

from __future__ import annotations

import re

from tests.docs.markdown import Page

ENGLISH = Page.read("README.md")
SPANISH = Page.read("README.es.md")


def outline(page: Page) -> list[int]:
    return [level for level, _ in page.headings]


def by_section(page: Page, pattern: str) -> list[list[str]]:
    """What a pattern finds in each section, in whatever order a sentence has it."""
    sections = re.split(r"^#+ .*$", page.prose, flags=re.MULTILINE)
    return [sorted(re.findall(pattern, section)) for section in sections]


def test_the_headings_stand_in_the_same_order() -> None:
    assert outline(SPANISH) == outline(ENGLISH)
    assert len(set(SPANISH.anchors)) == len(set(ENGLISH.anchors)) == len(ENGLISH.headings)


def test_every_block_of_code_is_the_same() -> None:
    assert SPANISH.blocks == ENGLISH.blocks


def test_each_section_has_the_same_links() -> None:
    english, spanish = (by_section(page, r"\]\((\S+)\)") for page in (ENGLISH, SPANISH))
    assert "README.es.md" in english[1]
    assert "README.md" in spanish[1]
    english[1].remove("README.es.md")
    spanish[1].remove("README.md")
    assert spanish == english


def test_each_section_has_the_same_words_in_code() -> None:
    code = r"`([^`\n]+)`"
    assert by_section(SPANISH, code) == by_section(ENGLISH, code)


def test_the_tables_have_the_same_rows() -> None:
    row = r"(?m)^\|"
    assert by_section(SPANISH, row) == by_section(ENGLISH, row)
