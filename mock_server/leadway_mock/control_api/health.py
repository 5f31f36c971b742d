"""Whether the mock is up, and what it serves."""

from __future__ import annotations

from typing import Any

from leadway_mock import __version__
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.control_api.router import ControlAPI


def register(control: ControlAPI) -> None:
    """Answer `getHealth`."""

    @control.route("getHealth")
    def health(asked: ControlCall) -> dict[str, Any]:
        emulator = asked.emulator
        return {
            "status": "ok",
            "version": __version__,
            "contract": emulator.contract.version,
            "profile": asked.namespace.settings.profile,
            "agents": [
                {"id": agent.id, "name": agent.name, "status": agent.status}
                for agent in emulator.agents.by_id.values()
            ],
            "dialogues": sorted(emulator.dialogues.of(asked.namespace)),
            "troubles": dict(emulator.load_errors),
            "workers": emulator.crew.size,
            "sessions": asked.namespace.sessions.count(),
        }
