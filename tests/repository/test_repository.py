"""Rules for the repository itself."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import generate_client
import pytest

ROOT = Path(__file__).resolve().parents[2]

# Spelled in pieces, so that this file does not find itself.
REGISTRY_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"]
MACHINE_PATHS = [
    "/" + "home/",
    "/" + "Users/",
    "/" + "root/",
    "/" + "work/",
    "/" + "opt/",
    "file" + ":///",
]
SECRETS = re.compile("BEGIN [A-Z ]*PRIVATE " + "KEY|eyJ[A-Za-z0-9_-]{15,}\\.eyJ")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def tracked() -> list[Path]:
    listed = run("git", "ls-files", "-z")
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def python_dependencies() -> set[str]:
    """Every distribution that the project lists."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        lines += extra
    for source in (ROOT / "requirements").glob("*.in"):
        lines += source.read_text().splitlines()
    return {found[1] for line in lines if (found := REQUIREMENT.match(line))}


def node_dependencies() -> set[str]:
    tools = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    clients = json.loads((ROOT / "tests/clients/package.json").read_text())["devDependencies"]
    peers = json.loads((ROOT / "bench" / "peers" / "package.json").read_text())["dependencies"]
    return {*tools, *clients, *peers}


@pytest.mark.parametrize("forbidden", [*REGISTRY_HOSTS, *MACHINE_PATHS])
def test_no_file_names_a_registry_or_a_machine(forbidden: str) -> None:
    naming = [path for path in tracked() if forbidden.encode() in path.read_bytes()]
    assert naming == []


def test_no_file_holds_a_secret() -> None:
    """Tests contain made-up tokens."""
    paths = [path for path in tracked() if ROOT / "tests" not in path.parents]
    assert [path for path in paths if SECRETS.search(path.read_text(errors="replace"))] == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    for folder in (ROOT, ROOT / "bench" / "peers", ROOT / "tests" / "clients"):
        packages = json.loads((folder / "package-lock.json").read_text())["packages"]
        entries = {name: entry for name, entry in packages.items() if name}
        assert [name for name, entry in entries.items() if "resolved" in entry] == []
        assert [name for name, entry in entries.items() if "integrity" not in entry] == []
    for lock in (ROOT / "requirements").glob("*.txt"):
        pins = re.findall(
            r"^\S+==.*\n((?:    --hash=sha256:.*\n)*)", lock.read_text(), re.MULTILINE
        )
        assert pins, lock
        assert all(pins), f"{lock} pins something without a hash"


def test_every_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    rows = re.findall(r"^\* `(\S+)` \([^)]{3,}\): .{15,}$", text, re.MULTILINE)
    assert sorted(rows) == sorted(python_dependencies() | node_dependencies())


def test_make_lists_every_documented_target() -> None:
    listed = run("make").stdout
    targets = re.findall(r"^([a-z-]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(targets) >= 10
    for target, purpose in targets:
        assert re.search(rf"^  make {target} +{re.escape(purpose)}$", listed, re.MULTILINE), target


def test_make_rejects_an_old_python(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("requirements", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    rejected = run("make", "mock", f"PYTHON={old}", cwd=tmp_path)
    assert rejected.returncode != 0
    assert "Python 3.11 or newer" in rejected.stderr
    assert rejected.stdout == ""


def test_a_machine_without_a_newer_python_is_told_so(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    for folder in (programs, tmp_path / "scripts", tmp_path / ".venv" / "bin"):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "test_newer.sh", tmp_path / "scripts")
    (programs / "dirname").symlink_to(str(shutil.which("dirname")))
    ours = tmp_path / ".venv" / "bin" / "python"
    ours.write_text("#!/bin/sh\necho 11\n")
    ours.chmod(0o755)
    shell = str(shutil.which("sh"))
    done = subprocess.run(
        [shell, str(tmp_path / "scripts" / "test_newer.sh")],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "No Python newer than 3.11 starts on this machine" in done.stderr


# Each needs SIGINT or SIGHUP in a program that does not set its own handler for it.
SIGNALS = [
    "tests/plugin/test_commands.py::test_signals_are_passed_on[1]",
    "tests/mock/cli/test_running_mock.py::test_new_requests_are_followed",
]


def test_tests_of_signals_pass_where_signals_are_ignored() -> None:
    """`nohup` ignores SIGHUP, and a shell SIGINT in its background."""
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider")
    done = run("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh", *command, *SIGNALS)
    assert done.returncode == 0, done.stdout
    assert f"{len(SIGNALS)} passed" in done.stdout


def test_nothing_recommends_a_package_that_no_index_has() -> None:
    """Anybody could register its name; a path (`../leadway[mock]`, `.[mock]`) installs a clone."""
    by_name = re.compile(r"(?:pip3? install|uv add|pipx install)[^\n`]*[ '\"]leadway(?![\w./-])")
    said = [path for path in tracked() if by_name.search(path.read_text(errors="replace"))]
    assert [path.relative_to(ROOT).as_posix() for path in said] == ["docs/dependencies.md"]


WINDOWS = """
import importlib, os, pkgutil, signal, sys

MISSING = {"fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}


class Windows:
    def find_spec(self, name, path=None, target=None):
        if name in MISSING:
            raise ImportError(name + " is not on Windows")


sys.meta_path.insert(0, Windows())
for module in MISSING & sys.modules.keys():
    del sys.modules[module]
for module, names in {
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 pthread_sigmask",
    os: "fork geteuid getpgrp getuid killpg register_at_fork setsid statvfs tcgetpgrp",
}.items():
    for name in names.split():
        vars(module).pop(name, None)
names = []
for package in ("leadway.commands", "leadway_mock.cli"):
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        importlib.import_module(module.name)
        names.append(module.name)
importlib.import_module("leadway_mock.pytest_plugin")
from leadway import Leadway
from leadway_mock.testing import Mock

with Mock() as mock:
    os.environ.update(mock.environment)
    with Leadway.from_env() as leadway:
        print(leadway.agent(mock.agent_id).execute("Hi").text)
print(*names)
"""


def test_sdk_and_mock_need_no_module_that_windows_lacks() -> None:
    done = run(sys.executable, "-c", WINDOWS)
    assert (done.returncode, done.stderr) == (0, "")
    reply, names = done.stdout.splitlines()
    assert reply == "Turn 1. You said: Hi"
    commands = {path.stem for path in (ROOT / "mock_server" / "leadway_mock" / "cli").glob("*.py")}
    assert {f"leadway_mock.cli.{each}" for each in commands - {"__init__"}} <= {*names.split()}
    assert "leadway.commands.chat" in names


@pytest.mark.parametrize("target", ["mock", "help", "test"])
def test_make_rejects_a_variable_that_nothing_reads(target: str) -> None:
    rejected = run("make", target, "DIALOGUES=x y")
    assert rejected.returncode != 0
    assert "no target reads DIALOGUES; variables are PORT HOST" in rejected.stderr
    assert "LEADWAY_MOCK_DIALOGUES=" in rejected.stderr


def test_make_accepts_the_variables_that_its_help_names() -> None:
    text = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\[([A-Z]+)=", text)) | {"PYTHON"}
    [listed] = re.findall(r"^VARIABLES = (.+)$", text, re.MULTILINE)
    assert set(listed.split()) == named
    accepted = run("make", "help", *(f"{name}=x y" for name in named), "LEADWAY_MOCK_SEED=1")
    assert accepted.returncode == 0, accepted.stderr


def test_an_installation_without_a_network_says_that_it_needs_one(tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    failed = subprocess.run(
        ["sh", "scripts/install.sh", str(tmp_path / "new"), "no-such-package==1"],  # noqa: S607 - a shell of the PATH
        cwd=ROOT,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "The first run needs a package index: check the network" in failed.stderr


def drift(checkout: Path) -> subprocess.CompletedProcess[str]:
    python = str(ROOT / ".venv-generate" / "bin" / "python")
    return run(python, str(ROOT / "scripts" / "generate_client.py"), "--check", str(checkout))


def test_a_change_that_the_generated_client_has_no_place_for_fails(checkout: Path) -> None:
    with pytest.raises(SystemExit, match=r"types\.py: does not have .* Adapt CHANGES"):
        generate_client.change(checkout / "generated" / "leadway_client")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the contract and its client."""
    for name in ("generated", "openapi"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_committed_client_is_up_to_date(checkout: Path) -> None:
    result = drift(checkout)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "          items: {$ref: '#/components/schemas/GenerativeOutput'}\n",
        "          items: {type: string}\n",
    ],
)
def test_an_array_without_items_fails(checkout: Path, text: str) -> None:
    contract = checkout / "openapi" / "leadway.yaml"
    whole = contract.read_text("utf-8")
    assert text in whole
    contract.write_text(whole.replace(text, "", 1), "utf-8")
    failed = drift(checkout)
    assert failed.returncode == 1
    assert "openapi-python-client" in failed.stderr.splitlines()[-1]


def test_each_different_file_is_named(checkout: Path) -> None:
    client = checkout / "generated" / "leadway_client"
    (client / "client.py").write_text("# edited by hand\n")
    (client / "types.py").unlink()
    (client / "forgotten.py").touch()
    result = drift(checkout)
    assert result.returncode == 1
    assert result.stderr.splitlines()[:3] == [
        "generated/leadway_client/client.py: different",
        "generated/leadway_client/forgotten.py: superfluous",
        "generated/leadway_client/types.py: missing",
    ]
    assert "make generate" in result.stderr


def test_the_mock_has_few_modules_in_its_root_and_few_layers() -> None:
    root = ROOT / "mock_server" / "leadway_mock"
    modules = {path.stem for path in root.glob("*.py")}
    assert len(modules | {path.parent.name for path in root.glob("*/__init__.py")}) <= 25
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"] == "Layers of the mock"]
    assert len(layers) <= 12
