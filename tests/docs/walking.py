"""Walks through a how-to page as its reader does: saves the files, runs the commands, looks."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.contract.programs import running
from tests.docs.markdown import Page

PATIENCE = 60
SHOWN_URL = "http://127.0.0.1:4010"
SERVES = "leadway mock --"
PLUGINS = "leadway_mock.pytest_plugin,anyio.pytest_plugin"
"""Those of a reader who has installed the mock and nothing else."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the page, and what the page shows of its output."""

    command: str
    shown: str

    @property
    def fails(self) -> bool:
        """Whether the page shows a test run that fails."""
        return re.search(r"^\d+ failed", self.shown, re.MULTILINE) is not None


def steps(page: Page) -> Iterator[Step]:
    """Yield each command, with the block of text below it."""
    blocks = page.blocks
    for number, block in enumerate(blocks):
        if block.language == "sh" and block.text not in page.files.values():
            below = blocks[number + 1 : number + 2]
            shown = [each.text for each in below if each.text not in page.files.values()]
            yield Step(block.text, "".join(shown))


def walk(page: Page, folder: Path) -> None:
    """Do what the page says in an empty folder; raises `AssertionError` where it is not so."""
    _save(page, folder, SHOWN_URL)
    with ExitStack() as serving:
        for step in steps(page):
            if step.command.startswith(SERVES):
                url = serving.enter_context(_served(step.command, folder))
                _save(page, folder, url)
            else:
                _do(step, folder)


def looks_as(shown: str, output: str) -> bool:
    """Tell whether `shown` stands in `output`; `…` is anything, alone in a line any lines."""
    lines = [_pattern(line) for line in shown.splitlines()]
    trimmed = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    return re.search("^" + "".join(lines), trimmed, re.MULTILINE) is not None


def search_path() -> str:
    """Return where commands are looked for: our own, `leadway` and `pytest`, before all others."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _save(page: Page, folder: Path, url: str) -> None:
    for name, text in page.files.items():
        (folder / name).write_text(text.replace(SHOWN_URL, url), "utf-8")


def _pattern(line: str) -> str:
    if line == "…":
        return "(?:.*\n)*?"
    return ".*?".join(map(re.escape, line.rstrip().split("…"))) + "\n"


def _do(step: Step, folder: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", step.command],
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == (1 if step.fails else 0), done.stdout
    assert looks_as(step.shown, done.stdout), f"{step.shown}\nis not in\n{done.stdout}"


@contextmanager
def _served(command: str, folder: Path) -> Iterator[str]:
    """Serve the mock as the page does, on a port that is free."""
    program = str(Path(sys.executable).with_name("leadway"))
    words = [program, *shlex.split(command)[1:], "--port", "0"]
    with running(words, r"(?m)^listening on (\S+)$", folder=folder) as served:
        yield served.url


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of a reader: our commands on the path, and no settings of ours."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "HOME": str(folder),
        "PATH": search_path(),
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": PLUGINS,
        "PYTEST_ADDOPTS": "-W error -p no:cacheprovider",
        "COLUMNS": "100",
    }
