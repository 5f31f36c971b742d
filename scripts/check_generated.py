"""Fail when generated/ differs from what the generator writes from the contract.

Generates into a temporary folder and compares byte by byte. With an argument, checks that checkout
instead of this one.
"""

import sys
import tempfile
from pathlib import Path

from generate_client import ROOT, generate

HINT = "generated/ is out of date. Run `make generate` and commit the result."


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` by its relative path, without compiled files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: Path, fresh: Path) -> list[str]:
    """Return a line for every file that is missing, superfluous or different in `committed`."""
    old, new = contents(committed), contents(fresh)
    states = {
        **dict.fromkeys(old.keys() - new.keys(), "superfluous"),
        **dict.fromkeys(new.keys() - old.keys(), "missing"),
        **{name: "different" for name in old.keys() & new.keys() if old[name] != new[name]},
    }
    return [f"generated/{name}: {state}" for name, state in sorted(states.items())]


def check(checkout: Path) -> list[str]:
    """Return the differences of the generated client of `checkout`; none when it is current."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(checkout / "openapi" / "leadway.yaml", fresh)
        return differences(checkout / "generated", fresh)


if __name__ == "__main__":
    findings = check(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
    sys.exit("\n".join([*findings, HINT]) if findings else 0)
