"""The section of the page that `make bench-sdk` writes."""

from __future__ import annotations

from bench.sdk import HEADING, INTRODUCTION, PAGE, speed_table


def test_the_table_has_speeds_of_calls_and_times_of_imports() -> None:
    threads, tasks = {"httpx": [2.0, 6.0], "leadway": [1.0, 3.0]}, {"httpx": [1.0, 1.0]}
    imports = {"python alone": [1.0, 2.0], "leadway": [2.0, 3.0], "official SDK": [11.0, 12.0]}
    header, _, *rows = speed_table(threads, tasks, imports).splitlines()
    assert rows == ["|leadway|2.00|-|0.10|", "|official SDK|-|-|1.00|"]
    assert header in PAGE.read_text("utf-8")


def test_the_page_has_the_section_with_its_introduction() -> None:
    assert f"\n## {HEADING}\n\n{INTRODUCTION}\n\n" in PAGE.read_text("utf-8")
