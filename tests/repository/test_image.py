"""The image, built by buildah on a Debian folder and served; and what its scripts need.

Building takes minutes and the network, so `make test` leaves it out and `make test-image` does it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.programs import ROOT, TIMEOUT_SECONDS, running
from tests.network import free_port
from tests.repository.test_container import USER, said, turn, words

BUILD_SECONDS = 3600.0
VARIABLE = "LEADWAY_TEST_IMAGE"


def missing() -> str:
    """Return what the image cannot be built without; nothing where all of it is there."""
    if os.environ.get(VARIABLE) != "1":
        return f"it takes minutes and the network: run `make test-image`, which sets {VARIABLE}=1"
    if absent := [name for name in ("buildah", "debootstrap") if not shutil.which(name)]:
        return f"not installed: {', '.join(absent)}"
    return "" if os.geteuid() == 0 else "buildah and debootstrap need root here"


built_here = pytest.mark.skipif(bool(missing()), reason=missing())


def script(*arguments: str) -> str:
    """Run scripts/image.sh and return what it writes on standard output."""
    done = subprocess.run(
        ["/bin/sh", "scripts/image.sh", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def _image() -> None:
    script("build")


@built_here
@pytest.mark.usefixtures("_image")
@pytest.mark.xdist_group("image")
def test_the_image_serves_a_turn_and_is_healthy() -> None:
    port = str(free_port())
    sign = r"(?m)^listening on (http://127\.0\.0\.1:\S+)$"
    command = ["/bin/sh", "scripts/image.sh", "run", "leadway", "mock", "--port", port]
    with running(command, sign) as program:
        assert program.url.endswith(f":{port}")
        assert turn(int(port), f"127.0.0.1:{port}")["response"].startswith("Turn 1.")
        script("run", "env", f"LEADWAY_MOCK_PORT={port}", *words(said("HEALTHCHECK")))
        os.killpg(program.process.pid, signal.SIGTERM)  # The script removes the container then.
        program.process.wait(TIMEOUT_SECONDS)


@built_here
@pytest.mark.usefixtures("_image")
@pytest.mark.xdist_group("image")
def test_the_image_runs_as_its_user() -> None:
    assert script("run", "id", "-u") == str(USER)
    assert script("run", "leadway", "mock", "--version").startswith("leadway ")


DEBIAN = ("scripts/debian.sh", "run", "trixie", "true")
IMAGE = ("scripts/image.sh", "build")


@pytest.mark.parametrize(
    ("command", "programs", "expected"),
    [
        (DEBIAN, {}, "debootstrap is missing. Install it: apt-get install debootstrap"),
        (DEBIAN, {"debootstrap": "", "id": "echo 1000"}, "must run as root. Put sudo before it."),
        (IMAGE, {}, "buildah is missing. Install it: apt-get install buildah"),
        (IMAGE, {"buildah": ""}, "debootstrap is missing. Install it"),
        (("scripts/debian.sh",), {}, "say what to do: folder SUITE, or run SUITE COMMAND"),
    ],
    ids=["no debootstrap", "no root", "no buildah", "no debootstrap for the image", "no action"],
)
def test_the_scripts_say_what_is_missing(
    tmp_path: Path, command: Sequence[str], programs: dict[str, str], expected: str
) -> None:
    for name in ("dirname", "sed", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", *command],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert expected in done.stderr
