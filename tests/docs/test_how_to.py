"""The how-to pages: each is run, and its output is as shown."""

from __future__ import annotations

import os
import re
import shutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Page
from tests.docs.node_sdk import NAME, write_node_sdk
from tests.docs.page_runner import matches, run_page, search_path, steps

INDEX = Page.read("docs/how-to/README.md")
PAGES = [
    Page.read(path)
    for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))
    if path.name != "README.md"
]
REQUIRED_COMMANDS = ("curl", "node", "npm")
REQUIRED_PACKAGES = {
    "test-a-running-server": ("pydantic_settings",),
    "test-a-django-application": ("django", "pytest_django"),
    "test-in-a-browser": ("pytest_playwright",),
}
"""Packages that pages need. Those that are not among our own test dependencies may be absent."""

OPTIONAL_PACKAGES = {"django", "pytest_django", "pytest_playwright"}
"""Not installed for our tests: Django is one framework of many, and Playwright needs a browser."""

MAX_LINES = 85

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)


def require(command: str) -> None:
    if shutil.which(command, path=search_path()) is None:
        why = f"{command} is not installed, so this page was not run"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


def browser_is_installed() -> bool:
    sync_api = import_module("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


@every_page
def test_page_works(page: Page, tmp_path: Path) -> None:
    for command in REQUIRED_COMMANDS:
        if any(re.search(rf"\b{command} ", block.text) for block in page.blocks):
            require(command)
    for package in REQUIRED_PACKAGES.get(page.path.stem, ()):
        if find_spec(package) is None:
            assert package in OPTIONAL_PACKAGES
            pytest.skip(f"{package} is not installed, so this page was not run")
    if page.path.stem == "test-in-a-browser" and not browser_is_installed():
        pytest.skip("Playwright has no browser here, so this page was not run")
    folder = tmp_path / "project"
    folder.mkdir()
    if NAME in page.text:
        write_node_sdk(tmp_path)  # npm would remove it from the project's own packages.
    run_page(page, folder)


@every_page
def test_page_is_short_and_shows_output(page: Page) -> None:
    assert len(page.text.splitlines()) <= MAX_LINES
    assert page.files
    assert any(step.output for step in steps(page))


def test_index_lists_every_page_by_its_title() -> None:
    listed = re.findall(r"\[([^]]+)\]\(([\w-]+\.md)\)", INDEX.text)
    assert sorted(listed) == sorted((page.headings[0][1], page.path.name) for page in PAGES)
    assert len(PAGES) == 23


@pytest.mark.parametrize(
    ("expected", "output", "found"),
    [
        ("b\n", "a\nb\nc\n", True),
        ("a\nc\n", "a\nb\nc\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("in …s\n", "in 0.12s  \n", True),
        ("a.c\n", "abc\n", False),
    ],
)
def test_output_is_compared_by_line(expected: str, output: str, *, found: bool) -> None:
    assert matches(expected, output) is found


@pytest.mark.parametrize(
    ("command", "output"),
    [("cat said.txt", "Goodbye\n"), ("exit 1", ""), ("echo 1 passed", "1 failed\n")],
)
def test_wrong_page_fails(command: str, output: str, tmp_path: Path) -> None:
    saved = "`said.txt`\n\n```text\nHello\n```\n"
    page = Page(tmp_path, f"{saved}\n```sh\n{command}\n```\n\n```text\n{output}```\n")
    with pytest.raises(AssertionError):
        run_page(page, tmp_path)
    assert (tmp_path / "said.txt").read_text() == "Hello\n"
