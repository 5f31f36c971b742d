"""References of the pages exist: links, headings, make targets, paths."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, Page, pages

PAGES = pages()
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PATH = re.compile(r"\.?[\w-]+[\w./-]*(?:\.(?:py|md|ya?ml|json|toml|sh|txt|in|lock)|/)")

NOT_IN_THE_REPOSITORY = {
    "talk.py": "the reader's own file",
    "agents.yaml": "the reader's own file",
    "booking.txt": "the reader's own file",
    "observations/": "a folder of contributed files, of which there is none yet",
    "observations/DATE.json": "a file in it",
    "names.txt": "the reader's own file",
    "talk-2.yaml": "what the recorder writes",
}
"""Code that looks like a path of the repository, and what it is instead."""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def files() -> list[str]:
    """Return every file and folder that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so the files of the repository are unknown")
    names = set(listed.stdout.splitlines())
    folders = {f"{folder}/" for name in names for folder in Path(name).parents}
    return sorted(f"/{name}" for name in names | folders)


@every_page
def test_link_targets_exist(page: Page) -> None:
    for link in page.links:
        if re.match(r"https://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path
        assert target.exists(), link
        assert ROOT in (target, *target.parents), f"{link} is outside the repository"
        if anchor:
            assert anchor in Page.read(target).anchors, link


@every_page
def test_make_targets_exist(page: Page) -> None:
    named = {target for code in page.code for target in re.findall(r"\bmake ([a-z-]+)\b", code)}
    assert named <= TARGETS


@every_page
def test_paths_exist(page: Page) -> None:
    existing = files()
    named = {code for code in page.code if PATH.fullmatch(code)} - set(NOT_IN_THE_REPOSITORY)
    named -= set(page.files)
    missing = [name for name in named if not any(path.endswith(f"/{name}") for path in existing)]
    assert missing == []


def test_every_page_is_linked_from_the_readme() -> None:
    reached, waiting = set(), [Page.read("README.md")]
    while waiting:
        page = waiting.pop()
        reached.add(page.name)
        links = [link.partition("#")[0] for link in page.links]
        found = [(page.path.parent / link).resolve() for link in links if link.endswith(".md")]
        linked = [Page.read(path) for path in found]
        waiting += [each for each in linked if each.name not in reached]
    assert {page.name for page in PAGES} - reached == set()
