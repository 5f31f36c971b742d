"""Check the contract for what no linter looks at: examples, links, evidence, answers.

Prints `file:line: JSON pointer: what is wrong — how to mend it`, all at once, and exits with 1 when
there is anything to mend, with 2 when there is no such file.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from contract_checker import CHECKS, GENERAL, Check, Document, UnreadableError, check

CONTRACT = Path(__file__).resolve().parent.parent / "openapi" / "leadway.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Check the named file, the project's contract by default, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "file", nargs="?", type=Path, default=CONTRACT, help="an OpenAPI 3.1 file in YAML"
    )
    parser.add_argument(
        "--general",
        action="store_true",
        help="leave out what holds for a platform's API alone, such as evidence and scopes",
    )
    options = parser.parse_args(arguments)
    file: Path = options.file
    try:
        document = Document.load(file)
    except OSError as error:
        parser.error(
            f"{file} cannot be read: {error.strerror}. Try: {parser.prog} {_short(CONTRACT)}"
        )
    except UnreadableError as error:
        print(f"{_short(file)}:{error.line}: #: {error.problem} — mend the YAML first")
        return 1
    return _report(file, document, GENERAL if options.general else CHECKS)


def _report(file: Path, document: Document, checks: Sequence[Check]) -> int:
    findings = check(document, checks)
    for finding in findings:
        line = document.line(finding.pointer)
        print(f"{_short(file)}:{line}: {finding.pointer}: {finding.problem} — {finding.remedy}")
    if not findings:
        print(f"{_short(file)}: {len(checks)} checks, nothing to mend")
    return 1 if findings else 0


def _short(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


if __name__ == "__main__":
    sys.exit(main())
