"""`leadway verify`: compare a target, such as the real service, with the mock."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from leadway_command import CommandParser, print_line
from leadway_mock.cli.options import FAILED, OK, USAGE_ERROR, print_error
from leadway_mock.cli.reference_mock import mock_sender
from leadway_mock.config.settings import SettingsError, from_environment
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import (
    Observations,
    ObservationsError,
    read_observations,
)
from leadway_mock.recording.accepted_entries import AcceptanceError
from leadway_mock.recording.redacted import RecordingError, RedactedJson, write_json
from leadway_mock.recording.upstream import Upstream, UpstreamError
from leadway_mock.recording.verification.findings import Findings
from leadway_mock.recording.verification.probe import Probe
from leadway_mock.recording.verification.probe_sender import (
    INTERVAL_SECONDS,
    Budget,
    HttpTarget,
    ProbeResponse,
    ProbeSender,
)
from leadway_mock.recording.verification.probes import (
    NOT_ASKED,
    RUN_ID,
    VALUES,
    SelectionError,
    clean_up_after,
    describe_probes,
    parse_days,
    select_probes,
)
from leadway_mock.recording.verification.verifier import (
    ProbeResult,
    Verdict,
    accept,
    admission_error,
    count_possible_runs,
    count_runs,
    missing_values,
    problems,
    read_accepted_differences,
    verify,
)
from leadway_mock.util.printable_text import short_lines

COMMAND: Final = "leadway verify"
COULD_NOT_LOOK: Final = 3
NOTHING_ASKED: Final = 4
INTERRUPTED: Final = 130

EPILOG: Final = """\
Tokens are read from variables, since other users can see flags: LEADWAY_TOKEN, and, if you have
them, LEADWAY_OTHER_LOCATION_TOKEN, LEADWAY_UNSCOPED_TOKEN, LEADWAY_EXPIRED_TOKEN and
LEADWAY_AGENCY_TOKEN. The mock has the settings of LEADWAY_MOCK_* and of --observations.

Exit codes: 0 all that was asked agrees, 1 something differs, 2 wrong usage, 3 some probe could not
look and nothing differs, 4 no probe could be asked, 130 Ctrl-C: what was observed is written."""

TOKENS: Final[Mapping[str, str]] = {
    name: how.removeprefix("the variable ") for name, how in VALUES.items() if "variable" in how
}
IDS: Final = tuple(name for name in VALUES if name not in TOKENS)
HELP: Final[Mapping[str, str]] = {
    "location": "the sub-account of the token",
    "agent": "a published agent; it runs for some probes",
    "other-agent": "a second published agent",
    "inactive-agent": "an agent whose status is inactive",
    "unpublished-agent": "an agent without a published version",
    "managed-agent": "a published managed agent",
    "unpublished-managed-agent": "a managed agent that is not published",
    "other-location": "the sub-account of LEADWAY_OTHER_LOCATION_TOKEN",
}


@dataclass(slots=True)
class VerificationReport:
    """Verdicts, what is wrong with the accepted differences, and what was written."""

    results: list[ProbeResult]
    problems: list[str] = field(default_factory=list)
    file: Path | None = None
    unapplied: Mapping[str, int] = field(default_factory=dict)
    """Number of differences that remain with the observations, by probe."""

    is_interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code; see `EPILOG`."""
        if self.is_interrupted:
            return INTERRUPTED
        verdicts = {each.verdict for each in self.results}
        if Verdict.DIFFERS in verdicts or self.problems:
            return FAILED
        if Verdict.COULD_NOT_LOOK in verdicts:
            return COULD_NOT_LOOK
        return OK if Verdict.AGREES in verdicts else NOTHING_ASKED


def main(arguments: Sequence[str]) -> int:
    """Verify the target that `arguments` name; see `EPILOG` for the exit codes."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        _print_probes()
        return OK
    values = _values(options)
    for name in ("token", "location", "agent"):
        if name not in values:
            parser.error(f"set {VALUES[name]}")
    if not options.base_url:
        parser.error("write --base-url, such as --base-url https://services.leadconnectorhq.com")
    try:
        run = _VerificationRun(options)
    except (AcceptanceError, ObservationsError, SelectionError, SettingsError) as error:
        print_error(COMMAND, error)
        return USAGE_ERROR
    if not run.probes and options.due is not None:
        print_line("No probe is due.")
        return OK
    allowed = {"allow_private": options.allow_private, "allow_http": options.allow_http}
    try:
        with Upstream(options.base_url, **allowed) as upstream:
            if not _confirm(run.probes, run.expected, values, options):
                return USAGE_ERROR
            budget = Budget(options.max_runs)
            sender = ProbeSender(HttpTarget(upstream), values, budget, options.interval)
            report = run.verify(sender, str(upstream.origin), options)
    except (UpstreamError, RecordingError) as error:
        print_error(f"{COMMAND}: could not look", str(error))
        return COULD_NOT_LOOK
    _print_summary(report, options)
    return report.exit_code


class _VerificationRun:
    """What one run compares, and with what."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Prepare the run, with the responses of the mock.

        Raises `AcceptanceError`, `ObservationsError`, `SelectionError` or `SettingsError`.
        """
        self.contract, self.today = load_contract(), datetime.now(UTC).date()
        self.known = Observations()
        if options.observations is not None:
            self.known = read_observations(options.observations, self.contract)
        self.settings = from_environment(os.environ)
        self.accepted = read_accepted_differences(options.accepted)
        self.probes = select_probes(
            options.only,
            everything=options.all,
            due_days=None if options.due is None else parse_days(options.due),
            known=self.known,
            today=self.today,
        )
        mock = mock_sender(self.contract, self.known, self.settings)
        self.expected = mock.observe_all(self.probes)

    def verify(
        self, target: ProbeSender, origin: str, options: argparse.Namespace
    ) -> VerificationReport:
        """Send the probes, print each verdict, write the observations; return the report.

        Raises `RecordingError`.
        """
        if self.probes and (reason := admission_error(target)):
            unasked = [ProbeResult(each, Verdict.COULD_NOT_LOOK, reason) for each in self.probes]
            _print_results(unasked[:1], options)
            return VerificationReport(unasked)
        results: list[ProbeResult] = []
        is_interrupted = False
        try:
            for result in verify(self.probes, self.expected, target):
                results += accept([result], self.accepted)
                _print_results(results[-1:], options)
        except KeyboardInterrupt:  # What was observed is kept, and the agent is deleted.
            is_interrupted = True
            sent = {each.probe.name for each in results}
            undo = [each for each in self.probes if each.name in clean_up_after(sent)]
            results += verify(undo, self.expected, target)
            _print_results(results[len(sent) :], options)
        compared = {each.probe.name for each in results if each.actual.response is not None}
        report = VerificationReport(results, problems(self.accepted, compared))
        report.is_interrupted = is_interrupted
        if compared:
            self._write(report, origin, options)
        return report

    def _write(self, report: VerificationReport, origin: str, options: argparse.Namespace) -> None:
        findings = Findings(
            report.results,
            lambda each: mock_sender(self.contract, each, self.settings),
            self.contract,
            self.today.isoformat(),
        )
        observations = findings.derive(self.known, origin)
        report.file = _new_file(options.out, self.today, options.observations)
        write_json(report.file, RedactedJson(observations.to_json()))
        report.unapplied = {
            each.probe: len(each.differences) for each in observations.probes if each.differences
        }


def _new_file(folder: Path, today: date, continued: str | None) -> Path:
    """Return the file to write: a new one, or the one that the run continues.

    Raises `RecordingError` if the folder cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{folder}: cannot be created: {error.strerror}.") from None
    names = (f"{today.isoformat()}{f'-{number}' if number > 1 else ''}.json" for number in count(1))
    files = (folder / name for name in names)
    return next(
        each
        for each in files
        if not each.exists() or (continued is not None and each.samefile(continued))
    )


def _values(options: argparse.Namespace) -> dict[str, str]:
    """Return the user's values by name, from flags and variables."""
    given = {name: getattr(options, name.replace("-", "_")) for name in IDS}
    given |= {name: os.environ.get(variable, "").strip() for name, variable in TOKENS.items()}
    values = {name: text for name, text in given.items() if text}
    return {**values, RUN_ID: uuid4().hex[:12]}


def _confirm(
    probes: Sequence[Probe],
    expected: Mapping[str, ProbeResponse],
    values: Mapping[str, str],
    options: argparse.Namespace,
) -> bool:
    """Print how much the run costs; return whether the user wants it."""
    asked = [each for each in probes if not missing_values(each, values)]
    runs = count_runs({each.name: expected[each.name] for each in asked})
    possible = count_possible_runs(asked)
    if options.max_runs is not None:
        possible = min(possible, options.max_runs)
    seconds = len(asked) * options.interval + sum(each.wait_seconds for each in asked)
    line = (
        f"Requests: {len(asked)}, in about {_duration(seconds)}. Runs of agents: {runs}, and at"
        f" most {max(runs, possible)} if the target accepts what the mock rejects."
    )
    print_error("", line)
    if options.yes:
        return True
    if not sys.stdin or not sys.stdin.isatty():
        print_error(COMMAND, "standard input is no terminal; add --yes to send the requests.")
        return False
    print_error("", "Continue? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes > 1 else f"{max(1, round(seconds))} s"


def _print_results(results: Iterable[ProbeResult], options: argparse.Namespace) -> None:
    if options.json:
        return
    for each in results:
        reason = f": {each.reason}" if each.reason else ""
        print_line(short_lines(f"{each.verdict.value:<14}  {each.probe.name}{reason}"))
        for difference in each.differences:
            print_line(f"  {short_lines(str(difference))}")


def _print_summary(report: VerificationReport, options: argparse.Namespace) -> None:
    if options.json:
        print_line(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
        return
    for problem in report.problems:
        print_line(f"accepted differences: an entry {short_lines(problem)}")
    counts = Counter(each.verdict for each in report.results)
    print_line(
        f"{counts[Verdict.AGREES]} agree, {counts[Verdict.DIFFERS]} differ,"
        f" {counts[Verdict.NOT_ASKED]} not asked,"
        f" {counts[Verdict.COULD_NOT_LOOK]} could not be looked at."
    )
    if report.file is not None:
        for name, number in report.unapplied.items():
            print_line(f"The mock cannot do the same in {number} fields of {name}.")
        print_line(f"Use what was observed with: leadway mock --observations {report.file}")


def _as_json(report: VerificationReport) -> dict[str, Any]:
    return {
        "file": str(report.file) if report.file else None,
        "problems": report.problems,
        "unapplied": dict(report.unapplied),
        "probes": [
            {
                "probe": each.probe.name,
                "verdict": each.verdict.value,
                "reason": each.reason,
                "differences": [one.to_json() for one in each.differences],
            }
            for each in report.results
        ],
    }


def _print_probes() -> None:
    for line in describe_probes():
        print_line(line)
    print_line("\nNot asked:")
    for reason, rows in NOT_ASKED.items():
        print_line(f"{reason} {', '.join(rows)}")


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:  # noqa: PLR2004 - an hour; NaN is rejected, too
        raise ValueError(text)
    return value


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog=COMMAND,
        description="Send requests to a target, such as the real service, and compare each response"
        " with the mock's, field by field.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--base-url", metavar="URL", default=os.environ.get("LEADWAY_BASE_URL"), help="the target")
    for name in IDS:
        default = os.environ.get(f"LEADWAY_{name.upper()}_ID") if name in IDS[:2] else None
        add(f"--{name}", metavar="ID", default=default, help=HELP[name])
    add("--only", metavar="PROBE", nargs="+", default=(), help="these probes only")
    add("--all", action="store_true", help="also probes that are not harmless; see --list")
    add("--due", metavar="30d", help="only what was not observed for so long, the oldest first")
    add("--list", action="store_true", help="print all probes, and what is not asked")
    add("--yes", action="store_true", help="do not ask before the requests are sent")
    add("--max-runs", metavar="N", type=int, help="send nothing more after N runs of the agent")
    add(
        "--interval",
        metavar="SECONDS",
        type=_number,
        default=INTERVAL_SECONDS,
        help="time between two requests (default: %(default)s; test accounts allow 25 in 10 s)",
    )
    add("--observations", metavar="FILE", help="what is known already; it is continued")
    text = "folder for the new observations (default: %(default)s)"
    add("--out", metavar="FOLDER", type=Path, default=Path("observations"), help=text)
    text = "YAML file of accepted differences; see docs/verify.md"
    add("--accepted", metavar="FILE", type=Path, help=text)
    text = "allow a target on this machine or in a private network"
    add("--allow-private", action="store_true", help=text)
    add("--allow-http", action="store_true", help="allow http, for a target on this machine")
    add("--json", action="store_true", help="print JSON")
    return parser
