"""Check the contract for what no linter checks: examples, links, evidence, responses.

Prints `file:line: JSON pointer: what is wrong — how to fix it` for every problem, and exits with 1
if there is one, with 2 if there is no such file.
"""

import argparse
import sys
from pathlib import Path

from contract_checker import CHECKS, GENERAL, Document, DocumentError, check

CONTRACT = Path(__file__).resolve().parent.parent / "openapi" / "leadway.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Check the file, the project's contract by default, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "file", nargs="?", type=Path, default=CONTRACT, help="an OpenAPI 3.1 file in YAML"
    )
    parser.add_argument(
        "--general",
        action="store_true",
        help="leave out the check for a platform's API, whose responses may have other values",
    )
    options = parser.parse_args(arguments)
    file: Path = options.file
    try:
        document = Document.load(file)
    except OSError as error:
        path = _relative(CONTRACT)
        parser.error(f"cannot read {file}: {error.strerror}. Try: {parser.prog} {path}")
    except DocumentError as error:
        print(f"{_relative(file)}:{error.problem}")
        return 1
    checks = GENERAL if options.general else CHECKS
    problems = check(document, checks)
    for problem in problems:
        print(f"{_relative(file)}:{document.line(str(problem.location))}: {problem}")
    if not problems:
        print(f"{_relative(file)}: {len(checks)} checks, no problems")
    return 1 if problems else 0


def _relative(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


if __name__ == "__main__":
    sys.exit(main())
