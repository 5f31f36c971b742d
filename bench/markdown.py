"""Markdown tables, and the generated last section of a page in docs/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
MARK = "## Last run\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_last_run(page: Path, report: str) -> None:
    """Replace the section "Last run" of `page` by `report`."""
    head, mark, _ = page.read_text("utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{page} has no line {MARK.strip()!r}. Add it where the report belongs.")
    page.write_text(f"{head}{mark}\n{report}\n", "utf-8")
