"""The image and the compose file, tested without a container engine.

The tests run the commands of the Containerfile on the files of the build context, in an environment
of their own, and start the result as the same kind of user.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from tests.network import free_port
from tests.redis_server import redis_program

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 60.0
USER = 10001
EXACT = re.compile(r"[a-z0-9./-]+:\d+\.\d+\.\d+[a-z0-9.-]*")
AGENT = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"

pytestmark = pytest.mark.xdist_group("container")


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a Containerfile with their arguments."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    pairs = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [(name, rest) for name, rest in pairs]


IMAGE = instructions((ROOT / "Containerfile").read_text())
LAST_STAGE = IMAGE[max(place for place, (name, _) in enumerate(IMAGE) if name == "FROM") :]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
MOCK, REDIS = COMPOSE["services"]["mock"], COMPOSE["services"]["redis"]


def said(name: str) -> str:
    """Arguments of the only such instruction in the last stage."""
    (found,) = [rest for each, rest in LAST_STAGE if each == name]
    return found


def environment() -> dict[str, str]:
    return dict(each.split("=", 1) for each in shlex.split(said("ENV")))


def words(text: str) -> list[str]:
    """Words of a command in the form of a JSON list."""
    found: list[str] = json.loads(text[text.index("[") :])
    return found


def test_every_image_has_an_exact_version() -> None:
    (python,) = [rest.split("=")[1] for name, rest in IMAGE if name == "ARG"]
    bases = [rest.split()[0] for name, rest in IMAGE if name == "FROM"]
    named = [*(base.replace("${PYTHON}", python) for base in bases), REDIS["image"]]
    assert len(named) == 3
    assert [each for each in named if not EXACT.fullmatch(each)] == []


def test_all_run_without_root_and_cannot_become_root() -> None:
    assert said("USER") == f"{USER}:{USER}"
    assert REDIS["user"] == "valkey"
    for service in (MOCK, REDIS):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service


def test_the_mock_is_published_on_loopback_and_redis_nowhere() -> None:
    assert MOCK["ports"] == ["127.0.0.1:4010:4010"]
    assert "ports" not in REDIS
    assert REDIS["networks"] == ["store"]
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert said("EXPOSE") == environment()["LEADWAY_MOCK_PORT"] == "4010"


def test_the_mock_waits_for_a_healthy_redis() -> None:
    assert MOCK["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert REDIS["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]


def test_only_locked_packages_are_installed() -> None:
    installs = [rest for name, rest in IMAGE if name == "RUN" and " install " in rest]
    of_others = [each for each in installs if "pip" in each and "--no-deps" not in each]
    assert len(of_others) == 1
    assert "--require-hashes -r requirements/mock.txt" in of_others[0]
    assert "--only-binary :all:" in of_others[0]


def test_only_some_files_go_into_the_image() -> None:
    # Docker, Podman and Buildah all read .dockerignore; the latter two prefer .containerignore.
    assert not (ROOT / ".containerignore").exists()
    kept = set(context())
    assert {"pyproject.toml", "requirements/mock.txt", "openapi/leadway.yaml"} <= kept
    assert {each.split("/")[0] for each in kept} == {
        *("CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"),
        *("generated", "mock_server", "openapi", "requirements", "sdk"),
    }


def context() -> list[str]:
    """The tracked files that `.dockerignore` lets through."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = tuple(line[1:] for line in lines if line.startswith("!"))
    assert "*" in lines
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout, so nothing says which files are tracked")
    return [each for each in listed.stdout.split("\0") if each.startswith(allowed)]


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """A folder after the build stage, with `source` and the installed `leadway`."""
    with tempfile.TemporaryDirectory(prefix="image-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        source = folder / "source"
        for each in context():
            (source / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / each, source / each)
        for name, command in IMAGE[: -len(LAST_STAGE)]:
            if name == "RUN":
                _build(command.replace("/leadway", str(folder / "leadway")), source)
        yield folder


def open_to_all(program: Path) -> bool:
    """Return whether any user of the machine may run a program."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (program, *program.parents))


def rights() -> list[str]:
    """Return the prefix of a command that removes most rights of root."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return []
    none = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    # Where Python is in root's own folder, nobody else can run it.
    user = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    return none + user * open_to_all(Path(sys.executable).resolve())


def _build(command: str, source: Path) -> None:
    """Run a command of the build stage, with local wheels instead of a package index."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables = {"PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(ROOT / ".wheelhouse")}
    variables |= {"PIP_CONFIG_FILE": os.devnull, "HOME": str(source)}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=source,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS * 2,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"


def as_the_image(built: Path, command: list[str], **more: str) -> subprocess.Popen[str]:
    """Start a command as the last stage does: with its variables, without rights, read-only."""
    folder = built / "data"
    folder.mkdir(mode=0o555, exist_ok=True)
    variables = environment() | {"PATH": f"{built}/leadway/bin:{os.environ['PATH']}"} | more
    program = shutil.which(command[0], path=variables["PATH"])
    assert program
    return subprocess.Popen(
        [*rights(), program, *command[1:]],
        cwd=folder,
        env=variables,
        text=True,
        stderr=subprocess.PIPE,
    )


@contextmanager
def serving(built: Path, *arguments: str, **more: str) -> Iterator[int]:
    """Run the mock as the image does, on a free port; wait until it is healthy."""
    port = free_port()
    more["LEADWAY_MOCK_PORT"] = str(port)
    command = [*words(said("ENTRYPOINT")), *arguments]
    with as_the_image(built, command, **more) as process:
        try:
            deadline = time.monotonic() + TIMEOUT_SECONDS
            while not healthy(built, **more):
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < deadline
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0


def healthy(built: Path, **more: str) -> bool:
    """Return whether the health check of the image succeeds."""
    with as_the_image(built, words(said("HEALTHCHECK")), **more) as check:
        check.communicate(timeout=TIMEOUT_SECONDS)
    return check.returncode == 0


def turn(port: int, host: str, **body: str) -> dict[str, Any]:
    """Return the response of a message with that host name."""
    said = {"message": "Hello", "locationId": "C2QujeCh8ZnC7al2InWR"} | body
    headers = {
        "Host": host,
        "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
        "Version": "2021-07-28",
        "Content-Type": "application/json",
    }
    url = f"http://127.0.0.1:{port}{AGENT}"
    with urlopen(
        Request(url, json.dumps(said).encode(), headers), timeout=TIMEOUT_SECONDS
    ) as response:
        reported: dict[str, Any] = json.load(response)
    return reported


def test_the_image_alone_responds_and_is_healthy(built: Path) -> None:
    with serving(built) as port:
        assert turn(port, "127.0.0.1:4010")["response"].startswith("Turn 1.")
    assert not healthy(built, LEADWAY_MOCK_PORT=str(port))


def test_the_health_check_uses_no_proxy(built: Path) -> None:
    with serving(built, http_proxy=f"http://127.0.0.1:{free_port()}"):
        pass


def test_the_services_work_together_by_their_names(built: Path) -> None:
    """With the addresses of the test instead of those in compose.yaml."""
    with redis_program(*REDIS["command"][1:]) as redis:
        variables: dict[str, str] = MOCK["environment"] | {"LEADWAY_MOCK_STORE": redis.url}
        with serving(built, *MOCK["command"], **variables) as port:
            first = turn(port, "127.0.0.1:4010")
            second = turn(port, "mock:4010", executionId=first["executionId"])
            assert second["response"].startswith("Turn 2.")
            with pytest.raises(HTTPError) as rejected:
                turn(port, "unknown.example")
            rejected.value.close()
