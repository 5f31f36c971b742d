"""The how-to pages: each is run, and its output is as shown."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.clients.programs import debian_program, link_node_packages, python_packages
from tests.docs.markdown import ROOT, Page
from tests.docs.page_runner import matches, run_page, search_path, steps

INDEX = Page.read("docs/how-to/README.md")
PAGES = {
    path.stem: Page.read(path)
    for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))
    if path.name != "README.md"
}
REQUIRED_COMMANDS = ("curl", "node", "npm")
NODE_SDK_PAGE = "test-the-official-node-sdk"
PLUGINS = {
    "test-a-django-application": "pytest_django.plugin",
    "test-in-a-browser": "pytest_playwright.pytest_playwright",
}
"""Plug-ins for pytest that the readers of these pages have installed."""

NEEDS_PROGRAMS = {*PLUGINS, NODE_SDK_PAGE}
DEBIAN_CHROMIUM = """
import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {{**browser_type_launch_args, "executable_path": "{path}"}}
"""
"""Conftest that makes Playwright start Debian's Chromium, since its own is not on our machines."""

MAX_LINES = 85


def require(command: str) -> None:
    if shutil.which(command, path=search_path()) is None:
        why = f"{command} is not installed, so this page was not run"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name, marks=[pytest.mark.clients] if name in NEEDS_PROGRAMS else [])
        for name, page in PAGES.items()
    ],
)
def test_page_works(page: Page, tmp_path: Path) -> None:
    for command in REQUIRED_COMMANDS:
        if any(re.search(rf"\b{command} ", block.text) for block in page.blocks):
            require(command)
    folder = tmp_path / "project"
    folder.mkdir()
    name = page.path.stem
    if name == NODE_SDK_PAGE:  # npm would remove it from the project's own packages.
        link_node_packages(tmp_path, "@gohighlevel/api-client")
    if name == "test-in-a-browser":
        conftest = DEBIAN_CHROMIUM.format(path=debian_program("chromium"))
        (folder / "conftest.py").write_text(conftest)
    if plugin := PLUGINS.get(name):
        run_page(page, folder, plugin, python_packages(plugin.split(".")[0]))
    else:
        run_page(page, folder)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_page_is_short_and_shows_output(page: Page) -> None:
    assert len(page.text.splitlines()) <= MAX_LINES
    assert page.files
    assert any(step.output for step in steps(page))


def test_index_lists_every_page_by_its_title() -> None:
    listed = re.findall(r"\[([^]]+)\]\(([\w-]+\.md)\)", INDEX.text)
    assert sorted(listed) == sorted(
        (page.headings[0][1], page.path.name) for page in PAGES.values()
    )
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
