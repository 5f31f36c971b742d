"""README.es.md has the code, tables, links and sections of README.md."""

from __future__ import annotations

import re

from tests.docs.markdown import Block, Page, anchor_of

ENGLISH = Page.read("README.md")
SPANISH = Page.read("README.es.md")
COMMENT = re.compile(r"  # .*$", re.MULTILINE)


def outline(page: Page) -> list[int]:
    return [level for level, _ in page.headings]


def by_section(page: Page, pattern: str) -> list[list[str]]:
    """Return the matches in each section, sorted: the order in a sentence may differ."""
    sections = re.split(r"^#+ .*$", page.prose, flags=re.MULTILINE)
    return [sorted(re.findall(pattern, section)) for section in sections]


def without_comments(page: Page) -> list[Block]:
    return [Block(block.language, COMMENT.sub("", block.text)) for block in page.blocks]


def test_headings_have_the_same_levels() -> None:
    assert outline(SPANISH) == outline(ENGLISH)
    assert len(set(SPANISH.anchors)) == len(set(ENGLISH.anchors)) == len(ENGLISH.headings)


def test_code_differs_only_in_comments() -> None:
    assert without_comments(SPANISH) == without_comments(ENGLISH)


def test_contents_list_every_section() -> None:
    sections = [f"#{anchor_of(text)}" for level, text in SPANISH.headings if level == 2]
    assert [link for link in SPANISH.links if link.startswith("#")] == sections


def test_sections_have_the_same_links() -> None:
    english, spanish = (by_section(page, r"\]\(([^#)]\S*)\)") for page in (ENGLISH, SPANISH))
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
