"""What a test tells its mock: dialogues, faults, settings, and the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from leadway_mock.config.settings import SettingsError, problems
from leadway_mock.dialogues import Dialogue
from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, read_fault, read_latency
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.namespace import Overrides
from leadway_mock.testing.clock import MockClock
from leadway_mock.testing.dialogue_sources import DialogueSource, read_source
from leadway_mock.testing.endpoint import MockEndpoint
from leadway_mock.testing.host import Host
from leadway_mock.testing.tracebacks import hide_traceback_here


class Arrangement(MockEndpoint):
    """A place that is told what to do."""

    def __init__(
        self, host: Host | None, settings: dict[str, Any], *, serve: bool, folder: Path
    ) -> None:
        """Look for dialogues in `folder`; for the rest, see `Place`."""
        super().__init__(host, settings, serve=serve)
        self._folder = folder
        self._scripts: dict[str, Dialogue] = {}
        self._texts = 0
        self.clock = MockClock(lambda move: self._spaces.move_clock(self._space_name, move))
        """The time that this test's sessions and quotas live by."""

    @hide_traceback_here
    def dialogue(
        self, *sources: DialogueSource, agent: str | Sequence[str] | None = None
    ) -> tuple[Dialogue, ...]:
        """Let the agents know these dialogues, and return them; raises `DialogueError`.

        A source is a text of several lines, the path of a file or folder, or made in Python. With
        `agent`, an id or several, only these agents know them, and are there by it.
        """
        found = [each for source in sources for each in self._read(source, agent)]
        self.host.emulator.dialogues.put(self._space_name, *found)
        self._scripts |= {each.name: each for each in found}
        return tuple(found)

    @hide_traceback_here
    def fault(
        self,
        fault: Fault | Mapping[str, Any] | None = None,
        **fields: Any,  # noqa: ANN401 - the fields of `Fault`
    ) -> Fault:
        """Arm a fault and return it with its id; raises `FaultError`.

        It is a `Fault`, its JSON form, or told by its fields: `fault(status=500, times=2)`.
        """
        told = _made(fields) if fault is None else fault
        made = told if isinstance(told, Fault) else read_fault(told)
        if made.transport is not None and not self._serve:
            what = f"{made.transport} breaks a connection, and this mock has none"
            raise FaultError([Problem("/transport", what, "use the fixture leadway_mock")])
        return arm(self._spaces, self.host.emulator.contract, self._space_name, made)

    @hide_traceback_here
    def settings(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of `Settings`
        """Change settings of `leadway mock` for this test; None takes a change back.

        Raises `SettingsError` for what is no setting, cannot be changed, or has no such value.
        """
        found = [text for _, text in problems(self.space.settings, changes)]
        if found:
            raise SettingsError(" ".join(found))

        def change(orders: Overrides) -> Overrides:
            merged = {**orders.get("settings", {}), **changes}
            kept = {name: value for name, value in merged.items() if value is not None}
            return {**orders, "settings": kept}

        self._spaces.change(self._space_name, change)

    def _read(self, source: DialogueSource, agent: str | Sequence[str] | None) -> list[Dialogue]:
        name = f"dialogue-{self._texts + 1:02}"  # Dialogues are tried in the order of names.
        found = list(read_source(source, name=name, folder=self._folder, agent=agent))
        self._texts += any(each.name == name for each in found)
        return found


def _made(fields: Mapping[str, Any]) -> Fault:
    known = [each.name for each in dataclass_fields(Fault)]
    there = f"there are {', '.join(known)}"
    unknown = [
        Problem(f"/{name}", "no fault has this", there) for name in fields if name not in known
    ]
    if unknown:
        raise FaultError(unknown)
    latency = fields.get("latency")
    return Fault(**{**fields, "latency": None if latency is None else read_latency(latency)})
