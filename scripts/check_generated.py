"""Fail when generated/ is not what the generator writes from the contract today.

Regenerates into a temporary folder, compares byte by byte, and names every file that differs. With
an argument, checks that checkout in place of this one.
"""

import sys
import tempfile
from pathlib import Path

from generate_client import ROOT, generate

CURE = "generated/ is not what the contract says today. Run `make generate` and commit the result."


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` by its relative path, leaving out what Python compiles."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: Path, fresh: Path) -> list[str]:
    """Return one line for every file that is missing, superfluous or different in `committed`."""
    old, new = contents(committed), contents(fresh)
    verdicts = {
        **dict.fromkeys(old.keys() - new.keys(), "superfluous"),
        **dict.fromkeys(new.keys() - old.keys(), "missing"),
        **{name: "different" for name in old.keys() & new.keys() if old[name] != new[name]},
    }
    return [f"generated/{name}: {verdict}" for name, verdict in sorted(verdicts.items())]


def check(checkout: Path) -> list[str]:
    """Return what is wrong with the generated client of `checkout`; nothing when it is current."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(checkout / "openapi" / "leadway.yaml", fresh)
        return differences(checkout / "generated", fresh)


if __name__ == "__main__":
    findings = check(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
    sys.exit("\n".join([*findings, CURE]) if findings else 0)
