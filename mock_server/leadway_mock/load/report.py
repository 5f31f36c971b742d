"""Result of a load: percentiles by turn, failures and violations, as text, JSON and SVG."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from leadway_mock.load.invariants import MAX_EXAMPLES, Violation
from leadway_mock.util.names import json_name
from leadway_mock.util.printable_text import short_text

PERCENTILES: Final = (50, 90, 99)
MAX_ROWS: Final = 20
WIDTH, HEIGHT, MARGIN = 720, 320, 56
COLOURS: Final = {50: "#1a7f37", 90: "#9a6700", 99: "#cf222e"}


@dataclass(slots=True)
class LoadReport:
    """What happened so far. Times are in seconds, those of the JSON form in milliseconds."""

    talkers: int
    turns: int
    """Turns that each talker is to have."""

    seconds: float = 0.0
    finished: int = 0
    """Talkers that have ended."""

    sessions: int = 0
    transcripts: int = 0
    """Sessions that were compared with the transcript that the mock stored."""

    failures: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    _latencies: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def passed(self) -> bool:
        """Whether every turn got its response, and every invariant holds."""
        return not self.failures and not self.violations and self.responses > 0

    @property
    def responses(self) -> int:
        """Number of responses."""
        return sum(map(len, self._latencies.values()))

    def add_latency(self, turn: int, seconds: float) -> None:
        """Count a response."""
        self._latencies[turn].append(seconds)

    def fail(self, why: str) -> None:
        """Count a turn without a usable response."""
        self.failures[short_text(why)] += 1

    def progress(self) -> str:
        """Return one line about a running load."""
        p50, _, p99 = self._percentiles(self._all())
        total = self.talkers * self.turns
        return (
            f"{self.responses}/{total} turns, {self.talkers - self.finished} talkers,"
            f" {sum(self.failures.values())} failed, {len(self.violations)} mixed up,"
            f" p50 {p50:.1f} ms, p99 {p99:.1f} ms, {self.seconds:.0f} s"
        )

    def lines(self) -> Iterator[str]:
        """Yield the report as text."""
        rate = self.responses / self.seconds if self.seconds else 0.0
        yield (
            f"{self.talkers} talkers, {self.sessions} sessions, {self.responses} turns in"
            f" {self.seconds:.1f} s: {rate:.0f} turns a second"
        )
        yield f"{'turn':>6} {'count':>8} {'p50 ms':>9} {'p90 ms':>9} {'p99 ms':>9} {'max ms':>9}"
        turns = sorted(self._latencies)
        rows = [(str(turn), self._latencies[turn]) for turn in turns[:MAX_ROWS]]
        for name, values in [*rows, ("all", self._all())]:
            numbers = (*self._percentiles(values), 1_000 * max(values, default=0.0))
            cells = " ".join(f"{each:9.1f}" for each in numbers)
            yield f"{name:>6} {len(values):>8} {cells}"
        for why, count in self.failures.most_common():
            yield f"failed: {why} ({count} turns)"
        if self.transcripts < self.sessions:
            yield f"{self.transcripts} of {self.sessions} transcripts could be compared"
        for violation in self.violations[:MAX_EXAMPLES]:
            yield short_text(str(violation), 400)
        left = len(self.violations) - MAX_EXAMPLES
        if left > 0:
            yield f"and {left} more"
        yield "passed: every talker kept its own session" if self.passed else "failed"

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "passed": self.passed,
            "talkers": self.talkers,
            "sessions": self.sessions,
            "transcripts": self.transcripts,
            "responses": self.responses,
            "seconds": round(self.seconds, 3),
            "failures": dict(self.failures),
            "violationCount": len(self.violations),
            "violations": [
                {json_name(name): value for name, value in asdict(each).items()}
                for each in self.violations[:MAX_EXAMPLES]
            ],
            "turns": [
                {"turn": turn, **self._row(values)}
                for turn, values in sorted(self._latencies.items())
            ],
            "all": self._row(self._all()),
        }

    def to_svg(self) -> str:
        """Return a plot of the percentiles by turn."""
        turns = sorted(self._latencies)
        rows = [self._percentiles(self._latencies[turn]) for turn in turns]
        highest = max((row[-1] for row in rows), default=1.0) or 1.0
        left, bottom = MARGIN, HEIGHT - MARGIN
        scale = (bottom - MARGIN) / highest
        step = (WIDTH - 2 * MARGIN) / max(1, len(turns) - 1)

        def points(index: int) -> str:
            return " ".join(
                f"{left + step * number:.1f},{bottom - scale * row[index]:.1f}"
                for number, row in enumerate(rows)
            )

        curves = "".join(
            f'<polyline fill="none" stroke="{COLOURS[each]}" stroke-width="2"'
            f' points="{points(index)}"/>'
            f'<text x="{WIDTH - MARGIN + 4}" y="{MARGIN + 16 * index}" fill="{COLOURS[each]}">'
            f"p{each}</text>"
            for index, each in enumerate(PERCENTILES)
        )
        first, last = (turns[0], turns[-1]) if turns else (0, 0)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            ' font-family="sans-serif" font-size="12">'
            f"<title>Latency by turn of {self.talkers} talkers</title>"
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
            f'<path d="M{left} {MARGIN}V{bottom}H{WIDTH - MARGIN}" fill="none" stroke="#57606a"/>'
            f'<text x="{left}" y="{MARGIN - 12}">{highest:.1f} ms</text>'
            f'<text x="{left}" y="{bottom + 18}">turn {first}</text>'
            f'<text x="{WIDTH - MARGIN}" y="{bottom + 18}" text-anchor="end">turn {last}</text>'
            f"{curves}</svg>\n"
        )

    def _all(self) -> list[float]:
        return [each for values in self._latencies.values() for each in values]

    def _row(self, values: Sequence[float]) -> dict[str, float]:
        numbers = zip(PERCENTILES, self._percentiles(values), strict=True)
        row = {f"p{each}": round(number, 3) for each, number in numbers}
        return {"count": len(values), **row, "max": round(1_000 * max(values, default=0.0), 3)}

    @staticmethod
    def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
        """Return the percentiles in milliseconds."""
        ordered = sorted(values) or [0.0]
        p50, p90, p99 = (
            1_000 * ordered[min(len(ordered) - 1, len(ordered) * each // 100)]
            for each in PERCENTILES
        )
        return p50, p90, p99
