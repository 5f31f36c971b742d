"""The Node package, packed and installed into an empty project."""

from __future__ import annotations

import json
import re
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from node_types import control_types

from tests.clients.programs import ROOT, link_node_packages, node_program, run
from tests.docs.markdown import Page
from tests.wait import wait_until

PACKAGE = ROOT / "clients" / "node"
SAMPLES = Path(__file__).parent / "node"
TIMEOUT = ("--testTimeout", "60000")
"""Of a test of vitest, 5 s by default: some start several mocks, on a busy machine."""

VITEST_CONFIG = """
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { globalSetup: "leadway-mock-testing/global-setup" } });
"""

pytestmark = pytest.mark.xdist_group("node-package")
"""One worker packs and installs once."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the packed package installed, without a network."""
    folder = tmp_path_factory.mktemp("node") / "project"
    folder.mkdir()
    run(["npm", "pack", str(PACKAGE)], folder)
    [archive] = folder.glob("*.tgz")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run(["npm", "install", "--no-audit", "--no-fund", f"./{archive.name}"], folder)
    (folder / "booking.txt").write_text("user: haircut\nagent: Which day?\n")
    readme = Page.read("clients/node/README.md")
    (folder / "readme.test.mjs").write_text(readme.block("js"))
    for sample in SAMPLES.iterdir():
        shutil.copy(sample, folder)
    return folder


def test_the_package_contains_its_files_only(project: Path) -> None:
    installed = project / "node_modules" / "leadway-mock-testing"
    names = {path.name for path in installed.iterdir()}
    assert names == {path.name for path in PACKAGE.iterdir()}
    assert (installed / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    manifest = json.loads((installed / "package.json").read_text())
    assert manifest["version"] == version_of_the_project()
    assert not {"dependencies", "scripts"} & manifest.keys()


def version_of_the_project() -> str:
    [version] = re.findall(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    return str(version)


def test_files_in_parallel_share_a_mock_and_are_isolated(project: Path) -> None:
    setup = "--test-global-setup=node_modules/leadway-mock-testing/global-setup.js"
    done = run(["node", "--test", "--test-concurrency=2", setup], project)
    assert "pass 9" in done.stdout


def test_strict_checks_fail_careless_tests(project: Path) -> None:
    output = run(["node", "--test", "--test-reporter=spec", "careless.mjs"], project, expected=1)
    assert "fail 3" in output.stdout
    for expected in (
        r"Unexpected interactions with the mock: unmatched, unused\.",
        r"-> 200 unscripted-message\. No turn expects this message\. Closest: turn 1",
        r"fault 'fault-1' never fired",
        r"To allow this: mock\.allow\(\"unmatched\", \"unused\"\)",
        r"Unexpected interactions with the mock: wrong-token\.",
        r"Unexpected interactions with the mock: conformance\.",
        r"retry-after-ignored: ",
    ):
        assert re.search(expected, output.stdout), output.stdout


def test_the_mock_ends_with_a_killed_test_process(project: Path) -> None:
    done = run(["node", "killed.mjs"], project, expected=None)
    assert done.returncode != 0
    address = urlsplit(done.stdout.strip())
    wait_until(lambda: not is_open(str(address.hostname), int(address.port or 0)))


def is_open(host: str, port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((host, port)) == 0


@pytest.fixture(scope="module")
def vitest_project(project: Path) -> Path:
    """The same tests for vitest, those of the how-to page, and the files of the page."""
    link_node_packages(project.parent, "vitest")
    folder = project.parent / "vitest"
    folder.mkdir()
    (folder / "node_modules").symlink_to(project / "node_modules")
    page = Page.read("docs/how-to/test-in-node.md")
    sources = [path for path in project.iterdir() if path.suffix in {".mjs", ".ts", ".txt"}]
    for name, text in ({path.name: path.read_text() for path in sources} | page.files).items():
        (folder / name).write_text(text.replace('"node:test"', '"vitest"'))
    (folder / "careless.mjs").rename(folder / "careless.test.mjs")
    return folder


@pytest.mark.clients
def test_vitest_files_share_a_mock_and_are_isolated(vitest_project: Path) -> None:
    (vitest_project / "vitest.config.js").write_text(VITEST_CONFIG)
    names = ["booking.test", "faults.test", "readme.test"]
    done = run([node_program("vitest"), "run", *TIMEOUT, *names], vitest_project)
    assert "Tests  9 passed (9)" in done.stdout
    (vitest_project / "vitest.config.js").unlink()


@pytest.mark.clients
def test_strict_checks_fail_careless_tests_of_vitest(vitest_project: Path) -> None:
    names = ["careless.test", "book.test"]
    done = run([node_program("vitest"), "run", *TIMEOUT, *names], vitest_project, expected=1)
    assert "Tests  4 failed | 2 passed (6)" in done.stdout
    for kinds in ("unmatched, unused", "wrong-token", "conformance"):
        head = f"UnexpectedInteractionError: Unexpected interactions with the mock: {kinds}."
        assert head in done.stderr


@pytest.mark.clients
def test_types_are_correct(vitest_project: Path) -> None:
    """Also for the modules of both test runners."""
    flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
    flags += ["--types", "node", "--noUncheckedIndexedAccess", "--allowImportingTsExtensions"]
    page = Page.read("docs/how-to/test-in-node.md")
    (vitest_project / "node.test.ts").write_text(page.files["book.test.ts"])
    files = ["typed_usage.ts", "book.test.ts", "node.test.ts"]
    run([node_program("tsc"), *flags, *files], vitest_project)


def test_a_schema_without_a_type_is_named() -> None:
    document = {
        "components": {"schemas": {"Odd": {"type": "tuple"}}, "responses": {}},
        "paths": {},
    }
    with pytest.raises(ValueError, match="no TypeScript type for 'tuple'"):
        control_types(document)
