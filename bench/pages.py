"""Markdown as the benches print it, and the pages that it is put into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARK = "## The last run\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_last_run(page: Path, found: str) -> None:
    """Put `found` in the place of what `page` says about the last run."""
    head, mark, _ = page.read_text("utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{page} has no line {MARK.strip()!r} to write behind.")
    page.write_text(f"{head}{mark}\n{found}\n", "utf-8")
