"""SKILL.md and llms.txt, which coding agents read: every command and every link works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from leadway_mock.cli.main import COMMANDS
from tests.contract.programs import running
from tests.docs.markdown import ROOT, Page
from tests.docs.page_runner import PLUGINS, search_path

WEB = "mock_server/leadway_mock/web"
PAGES = {name: Page.read(f"{WEB}/{name}") for name in ("SKILL.md", "llms.txt")}
SHELL = {
    f"{name}-{number}": block.text
    for name, page in PAGES.items()
    for number, block in enumerate(page.blocks_in("sh"))
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files of the pages."""
    folder = tmp_path_factory.mktemp("project")
    for page in PAGES.values():
        for name, text in page.files.items():
            (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    leadway = str(Path(sys.executable).with_name("leadway"))
    words = [leadway, "mock", "--quiet", "--port", "0"]
    with running(words, r"(?m)^listening on (\S+)$", folder=folder) as mock:
        yield mock.url


@pytest.mark.parametrize("name", SHELL)
def test_every_command_works(name: str, folder: Path, url: str) -> None:
    if "curl " in SHELL[name] and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    environment = {
        "PATH": search_path(),
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": ",".join(PLUGINS),
        "LEADWAY_MOCK_URL": url,
    }
    if "pytest" in SHELL[name] or " exec " in SHELL[name]:
        del environment["LEADWAY_MOCK_URL"]  # They have a mock of their own.
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", SHELL[name]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


def test_they_are_served_as_they_are(url: str) -> None:
    for name, page in PAGES.items():
        response = httpx.get(f"{url}/__mock/{name}")
        assert response.text == page.text
        assert response.headers["Content-Type"].startswith("text/")


def test_every_link_responds(url: str) -> None:
    links = PAGES["llms.txt"].links
    assert len(links) >= 8
    assert {httpx.get(url + link).status_code for link in links} == {200}


def test_the_skill_has_a_name_and_a_description() -> None:
    _, head, _ = PAGES["SKILL.md"].text.split("---\n", 2)
    fields = yaml.safe_load(head)
    assert set(fields) == {"name", "description"}
    assert re.fullmatch(r"[a-z0-9-]{1,64}", fields["name"])
    assert len(fields["description"]) <= 1024


def test_commands_that_are_only_named_exist() -> None:
    for page in PAGES.values():
        named = set(re.findall(r"`leadway mock ([a-z]+)", page.prose))
        assert named <= set(COMMANDS)


def test_they_are_short() -> None:
    assert len(PAGES["SKILL.md"].text.splitlines()) <= 110
    assert len(PAGES["llms.txt"].text.splitlines()) <= 60
    assert (ROOT / WEB / "SKILL.md").is_file()
