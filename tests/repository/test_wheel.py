"""The wheel works in an empty environment, outside the checkout, without a network."""

import json
import os
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHEELHOUSE = ROOT / ".wheelhouse"
TIMEOUT_SECONDS = 60

MAX_CONSOLE_BYTES = 60 * 1024
"""What the console may add to the wheel."""

AGENT = "p1q2r3s4t5u6v7w8x9y0z1a2"
HEADERS = {
    "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}

pytestmark = pytest.mark.xdist_group("wheel")


def run(*command: object, cwd: Path = ROOT, expect: int = 0) -> str:
    """Run a command without package indexes and user settings; return its output."""
    words = [str(word) for word in command]
    environment = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        words,
        check=False,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == expect, f"{words} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def install(environment: Path, requirement: str) -> Path:
    """Create an environment with `requirement` and its dependencies; return its folder `bin`."""
    venv.create(environment, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", environment, "install", "--quiet")
    run(*pip, "--find-links", WHEELHOUSE, requirement)
    return environment / "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("leadway-*.whl")
    return built


@contextmanager
def serving(leadway: Path, cwd: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `leadway mock` in the folder `cwd`; yield its URL and its process."""
    command = [str(leadway), "mock", "--port", "0"]
    with subprocess.Popen(command, cwd=cwd, env={}, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first_line = process.stdout.readline()
            assert first_line.startswith("listening on http://127.0.0.1:"), first_line
            yield first_line.removeprefix("listening on ").strip(), process
        finally:
            process.kill()


def send(url: str, message: str, **more: str) -> dict[str, object]:
    body = {"message": message, "locationId": "ve9EPM428h8vShlRW1KT", **more}
    address = f"{url}/agent-studio/agent/{AGENT}/execute"
    request = Request(address, json.dumps(body).encode(), HEADERS, method="POST")
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        content = json.load(response)
        assert isinstance(content, dict)
        return content


def test_it_contains_the_packages_and_the_contract_only(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        entries = [each for each in archive.infolist() if "/web/console/" in each.filename]
        sizes = {each.filename: each.compress_size for each in entries}
        contract = archive.read("leadway_mock/openapi/leadway.yaml")
        entry_points = archive.read("leadway-0.1.0.dist-info/entry_points.txt").decode()
    assert "[pytest11]\nleadway_mock = leadway_mock.pytest_plugin\n" in entry_points
    assert contract == (ROOT / "openapi" / "leadway.yaml").read_bytes()
    assert {name.split("/")[0] for name in names} == {
        "leadway",
        "leadway_client",
        "leadway_command",
        "leadway_mock",
        "leadway-0.1.0.dist-info",
    }
    assert {
        f"{package}/py.typed" for package in ("leadway", "leadway_client", "leadway_mock")
    } <= set(names)
    assert "leadway_mock/agents/file/agents.schema.json" in names
    assert "leadway_mock/web/console/index.html" in sizes
    assert sum(sizes.values()) <= MAX_CONSOLE_BYTES
    assert "leadway-0.1.0.dist-info/licenses/LICENSE" in names


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    programs = install(tmp_path / "environment", f"leadway[mock] @ {wheel.as_uri()}")
    outside = tmp_path / "outside the checkout"
    outside.mkdir()
    with serving(programs / "leadway", outside) as (url, process):
        first = send(url, "Hello")
        second = send(url, "Are you still there?", executionId=str(first["executionId"]))
        assert second["executionId"] == first["executionId"]
        assert second["interactionId"] != first["interactionId"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0
    run(programs / "leadway", "mock", "exec", "--strict", "--", "true", cwd=outside)
    assert list(outside.iterdir()) == [], "the mock leaves no files"
    with serving(programs / "leadway", outside) as (url, _):
        flags = ["--base-url", url, "--location", "l", "--agent", AGENT, "--interval", "0"]
        verify = [str(programs / "leadway"), "verify", *flags, "--allow-private", "--allow-http"]
        token = HEADERS["Authorization"].removeprefix("Bearer ")
        probe = ("--yes", "--only", "first-message")
        output = run("env", f"LEADWAY_TOKEN={token}", *verify, *probe, cwd=outside)
    assert "1 agree, 0 differ, 0 not asked, 0 could not be looked at." in output


def test_the_sdk_works_without_the_mock(wheel: Path, tmp_path: Path) -> None:
    with_mock = install(tmp_path / "mock", f"leadway[mock] @ {wheel.as_uri()}")
    alone = install(tmp_path / "sdk", f"leadway @ {wheel.as_uri()}")
    with serving(with_mock / "leadway", tmp_path) as (url, _):
        output = run(alone / "leadway", "execute", AGENT, "Hello", "--mock-url", url, cwd=tmp_path)
        assert output == "Turn 1. You said: Hello\n"
        run(alone / "leadway", "doctor", "--mock-url", url, cwd=tmp_path)


def test_the_sdk_names_the_extra_of_the_mock(wheel: Path, tmp_path: Path) -> None:
    programs = install(tmp_path / "environment", f"leadway @ {wheel.as_uri()}")
    output = run(programs / "leadway", "mock", cwd=tmp_path, expect=2)
    assert "-m pip install '.[mock]'" in output
    assert "Traceback" not in output
