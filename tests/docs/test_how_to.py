"""The how-to pages: each is walked through, and what it shows is what is seen."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Page
from tests.docs.walking import looks_as, search_path, steps, walk

INDEX = Page.read("docs/how-to/README.md")
PAGES = [
    Page.read(path)
    for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))
    if path.name != "README.md"
]
NEEDED = ("curl", "node")
LONGEST = 80

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)


def require(command: str) -> None:
    if shutil.which(command, path=search_path()) is None:
        why = f"there is no {command} on this machine, so this page was not run"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@every_page
def test_the_page_is_true(page: Page, tmp_path: Path) -> None:
    for command in NEEDED:
        if any(re.search(rf"\b{command} ", block.text) for block in page.blocks):
            require(command)
    walk(page, tmp_path)


@every_page
def test_the_page_is_short_and_shows_what_is_seen(page: Page) -> None:
    assert len(page.text.splitlines()) <= LONGEST
    assert page.files
    assert any(step.shown for step in steps(page))


def test_the_index_has_each_page_under_its_title() -> None:
    listed = re.findall(r"\[([^]]+)\]\(([\w-]+\.md)\)", INDEX.text)
    assert sorted(listed) == sorted((page.headings[0][1], page.path.name) for page in PAGES)
    assert len(PAGES) == 10


@pytest.mark.parametrize(
    ("shown", "output", "there"),
    [
        ("b\n", "a\nb\nc\n", True),
        ("a\nc\n", "a\nb\nc\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("in …s\n", "in 0.12s  \n", True),
        ("a.c\n", "abc\n", False),
    ],
)
def test_what_is_shown_is_looked_for_line_by_line(shown: str, output: str, *, there: bool) -> None:
    assert looks_as(shown, output) is there


@pytest.mark.parametrize(
    ("command", "shown"),
    [("cat said.txt", "Goodbye\n"), ("exit 1", ""), ("echo 1 passed", "1 failed\n")],
)
def test_a_page_that_is_not_true_is_found(command: str, shown: str, tmp_path: Path) -> None:
    saved = "`said.txt`\n\n```text\nHello\n```\n"
    page = Page(tmp_path, f"{saved}\n```sh\n{command}\n```\n\n```text\n{shown}```\n")
    with pytest.raises(AssertionError):
        walk(page, tmp_path)
    assert (tmp_path / "said.txt").read_text() == "Hello\n"
