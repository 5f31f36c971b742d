"""`leadway verify`: compare a target, such as the real service, with the mock."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

from leadway_command import CommandParser, print_line
from leadway_mock.cli.options import FAILED, OK, USAGE_ERROR, print_error
from leadway_mock.cli.reference_mock import mock_sender
from leadway_mock.config.settings import SettingsError, from_environment
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import Observations, ObservationsError, read_observations
from leadway_mock.recording.accepted_entries import AcceptanceError
from leadway_mock.recording.redacted import RecordingError, RedactedJson, write_json
from leadway_mock.recording.upstream import Upstream, UpstreamError
from leadway_mock.recording.verification.findings import Findings
from leadway_mock.recording.verification.probe import Probe
from leadway_mock.recording.verification.probe_sender import (
    INTERVAL_SECONDS,
    Budget,
    HttpTarget,
    ProbeSender,
)
from leadway_mock.recording.verification.probes import (
    IDS,
    NOT_ASKED,
    RUN_ID,
    TOKENS,
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


def main(arguments: Sequence[str]) -> int:
    """Verify the target that `arguments` name; see `EPILOG` for the exit codes."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        lines = (f"{reason} {', '.join(rows)}" for reason, rows in NOT_ASKED.items())
        print_line("\n".join([*describe_probes(), "\nNot asked:", *lines]))
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
            if not run.confirm(values):
                return USAGE_ERROR
            budget = Budget(options.max_runs)
            sender = ProbeSender(HttpTarget(upstream), values, budget, options.interval)
            run.verify(sender, str(upstream.origin))
    except (UpstreamError, RecordingError) as error:
        print_error(f"{COMMAND}: could not look", str(error))
        return COULD_NOT_LOOK
    run.print_summary()
    return run.exit_code


class _VerificationRun:
    """What one run compares, and with what; verdicts, and what was written."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Prepare the run, with the responses of the mock.

        Raises `AcceptanceError`, `ObservationsError`, `SelectionError` or `SettingsError`.
        """
        self.options = options
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
        self.results: list[ProbeResult] = []
        self.problems: list[str] = []
        self.file: Path | None = None
        self.unapplied: dict[str, int] = {}
        """Number of differences that remain with the observations, by probe."""

        self.is_interrupted = False

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

    def confirm(self, values: Mapping[str, str]) -> bool:
        """Print how much the run costs; return whether the user wants it."""
        asked = [each for each in self.probes if not missing_values(each, values)]
        runs = count_runs({each.name: self.expected[each.name] for each in asked})
        possible = sum(each.may_run_agent for each in asked)
        if self.options.max_runs is not None:
            possible = min(possible, self.options.max_runs)
        seconds = len(asked) * self.options.interval + sum(each.wait_seconds for each in asked)
        line = (
            f"Requests: {len(asked)}, in about {_duration(seconds)}. Runs of agents: {runs}, and at"
            f" most {max(runs, possible)} if the target accepts what the mock rejects."
        )
        print_error("", line)
        if self.options.yes:
            return True
        if not sys.stdin or not sys.stdin.isatty():
            print_error(COMMAND, "standard input is no terminal; add --yes to send the requests.")
            return False
        print_error("", "Continue? [y/N]")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def verify(self, target: ProbeSender, origin: str) -> None:
        """Send the probes, print each verdict, write the observations; raises `RecordingError`."""
        if self.probes and (reason := admission_error(target)):
            self.results = [
                ProbeResult(each, Verdict.COULD_NOT_LOOK, reason) for each in self.probes
            ]
            self._print(self.results[0])
            return
        try:
            self._send(self.probes, target)
        except KeyboardInterrupt:  # What was observed is kept, and the agent is deleted.
            self.is_interrupted = True
            undone = clean_up_after({each.probe.name for each in self.results})
            self._send([each for each in self.probes if each.name in undone], target)
        compared = {each.probe.name for each in self.results if each.actual.response is not None}
        self.problems = problems(self.accepted, compared)
        if compared:
            self._write(origin)

    def _send(self, probes: Sequence[Probe], target: ProbeSender) -> None:
        for result in verify(probes, self.expected, target):
            self.results += accept([result], self.accepted)
            self._print(self.results[-1])

    def _write(self, origin: str) -> None:
        findings = Findings(
            self.results,
            lambda each: mock_sender(self.contract, each, self.settings),
            self.contract,
            self.today.isoformat(),
        )
        observations = findings.derive(self.known, origin)
        self.file = _new_file(self.options.out, self.today, self.options.observations)
        write_json(self.file, RedactedJson(observations.to_json()))
        self.unapplied = {
            each.probe: len(each.differences) for each in observations.probes if each.differences
        }

    def _print(self, result: ProbeResult) -> None:
        if self.options.json:
            return
        reason = f": {result.reason}" if result.reason else ""
        print_line(short_lines(f"{result.verdict:<14}  {result.probe.name}{reason}"))
        for difference in result.differences:
            print_line(f"  {short_lines(str(difference))}")

    def print_summary(self) -> None:
        """Print the counts and the file, or everything as JSON."""
        if self.options.json:
            self._print_json()
            return
        for problem in self.problems:
            print_line(f"accepted differences: an entry {short_lines(problem)}")
        counts = Counter(each.verdict for each in self.results)
        print_line(
            f"{counts[Verdict.AGREES]} agree, {counts[Verdict.DIFFERS]} differ,"
            f" {counts[Verdict.NOT_ASKED]} not asked,"
            f" {counts[Verdict.COULD_NOT_LOOK]} could not be looked at."
        )
        if self.file is not None:
            for name, number in self.unapplied.items():
                print_line(f"The mock cannot do the same in {number} fields of {name}.")
            print_line(f"Use what was observed with: leadway mock --observations {self.file}")

    def _print_json(self) -> None:
        content = {
            "file": str(self.file) if self.file else None,
            "problems": self.problems,
            "unapplied": self.unapplied,
            "probes": [
                {
                    "probe": each.probe.name,
                    "verdict": each.verdict,
                    "reason": each.reason,
                    "differences": [one.to_json() for one in each.differences],
                }
                for each in self.results
            ],
        }
        print_line(json.dumps(content, ensure_ascii=False, indent=2))


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


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes > 1 else f"{max(1, round(seconds))} s"


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
    for name, text in IDS.items():
        is_usual = name in {"location", "agent"}
        default = os.environ.get(f"LEADWAY_{name.upper()}_ID") if is_usual else None
        add(f"--{name}", metavar="ID", default=default, help=text)
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
