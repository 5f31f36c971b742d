"""Runs a how-to page like its reader: saves the files, runs the commands, compares the output."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.contract.programs import running
from tests.docs.markdown import ROOT, Page

TIMEOUT_SECONDS = 60
PAGE_URL = "http://127.0.0.1:4010"
CLONE = "../leadway/"
"""Where the pages say that the reader's clone is."""

SERVER_COMMAND = "leadway mock --"
PLUGINS = ("leadway_mock.pytest_plugin", "anyio.pytest_plugin")
"""The plug-ins of a reader who has installed only the mock."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the page, and the output that the page shows."""

    command: str
    output: str

    @property
    def fails(self) -> bool:
        """Whether the page shows a test run that fails."""
        return re.search(r"^\d+ failed", self.output, re.MULTILINE) is not None


def steps(page: Page) -> Iterator[Step]:
    """Yield each command, with the block of text below it."""
    blocks = page.blocks
    for number, block in enumerate(blocks):
        if block.language == "sh" and block.text not in page.files.values():
            below = blocks[number + 1 : number + 2]
            output = [each.text for each in below if each.text not in page.files.values()]
            yield Step(block.text, "".join(output))


def run_page(page: Page, folder: Path, plugin: str = "", packages: str = "") -> None:
    """Follow the page in an empty folder; raises `AssertionError` where the output differs.

    `plugin` is a further plug-in for pytest, of the Python packages in the folder `packages`.
    """
    environment = _environment(folder, packages)
    environment["PYTEST_PLUGINS"] = ",".join(filter(None, (*PLUGINS, plugin)))
    _save(page, folder, PAGE_URL)
    with ExitStack() as servers:
        for step in steps(page):
            if step.command.startswith(SERVER_COMMAND):
                url = servers.enter_context(_serve(step.command, folder))
                _save(page, folder, url)
            else:
                _run(step, folder, environment)


def matches(expected: str, output: str) -> bool:
    """Whether `output` contains `expected`; `…` matches anything, on its own line any lines."""
    lines = [_pattern(line) for line in expected.splitlines()]
    trimmed = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    return re.search("^" + "".join(lines), trimmed, re.MULTILINE) is not None


def search_path() -> str:
    """Return the `PATH` of commands, with our own `leadway` and `pytest` first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _save(page: Page, folder: Path, url: str) -> None:
    for name, text in page.files.items():
        (folder / name).write_text(text.replace(PAGE_URL, url), "utf-8")


def _pattern(line: str) -> str:
    if line == "…":
        return "(?:.*\n)*?"
    return ".*?".join(map(re.escape, line.rstrip().split("…"))) + "\n"


def _run(step: Step, folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", step.command.replace(CLONE, f"{ROOT}/")],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == (1 if step.fails else 0), done.stdout
    assert matches(step.output, done.stdout), f"{step.output}\nis not in\n{done.stdout}"


@contextmanager
def _serve(command: str, folder: Path) -> Iterator[str]:
    """Start the mock of the page on a free port."""
    program = str(Path(sys.executable).with_name("leadway"))
    words = [program, *shlex.split(command)[1:], "--port", "0"]
    with running(words, r"(?m)^listening on (\S+)$", folder=folder) as mock:
        yield mock.url


def _environment(folder: Path, packages: str) -> dict[str, str]:
    """Return the environment of a reader: our commands on the path, no `LEADWAY_` variables."""
    inherited = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "HOME": str(folder),
        "PATH": search_path(),
        "PYTHONPATH": os.pathsep.join(each for each in (*sys.path, packages) if each),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-W error -p no:cacheprovider",
        "COLUMNS": "100",
        "npm_config_offline": "true",
    }
