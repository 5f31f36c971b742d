"""Redocly catches the defects for which the contract checker has no check."""

import re
import subprocess
from pathlib import Path

from tests.contract_checker.defects import CIRCULAR_REFERENCE, REDOCLY_DEFECTS

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "openapi" / "leadway.yaml"
PROBLEM = re.compile(r"^::(\w+) title=([\w/-]+),file=([^,]+),", re.MULTILINE)


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Lint files with the configuration of `make check`."""
    flags = ["--config", "openapi/redocly-platform.yaml", "--format", "github-actions"]
    command = ["sh", "scripts/npx.sh", "redocly", "lint", *flags, *map(str, files)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


def test_redocly_catches_defects(tmp_path: Path) -> None:
    text = CONTRACT.read_text("utf-8")
    rules = {}
    for number, (change, rule) in enumerate(REDOCLY_DEFECTS.values()):
        file = tmp_path / f"{number}.yaml"
        file.write_text(change(text))
        rules[file.name] = rule
    run = lint(*(tmp_path / name for name in rules))
    assert run.returncode == 1, run.stdout + run.stderr
    found = {(Path(file).name, rule) for _, rule, file in PROBLEM.findall(run.stdout)}
    assert set(rules.items()) <= found, run.stdout


def test_redocly_catches_a_circular_reference(tmp_path: Path) -> None:
    file = tmp_path / "circular.yaml"
    file.write_text(CIRCULAR_REFERENCE(CONTRACT.read_text("utf-8")))
    run = lint(file)
    assert run.returncode != 0
    assert "circular" in run.stdout + run.stderr
