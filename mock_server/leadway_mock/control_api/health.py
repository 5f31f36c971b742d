"""Whether the mock is up, and what it serves."""

from __future__ import annotations

from typing import Any

from leadway_mock import __version__
from leadway_mock.control_api.request_reader import Asked
from leadway_mock.control_api.router import Control


def register(control: Control) -> None:
    """Answer `getHealth`."""

    @control.route("getHealth")
    def health(asked: Asked) -> dict[str, Any]:
        emulator = asked.emulator
        return {
            "status": "ok",
            "version": __version__,
            "contract": emulator.contract.version,
            "profile": asked.space.settings.profile,
            "agents": [
                {"id": agent.id, "name": agent.name, "status": agent.status}
                for agent in emulator.cast.agents.values()
            ],
            "dialogues": sorted(emulator.dialogues.of(asked.space)),
            "troubles": dict(emulator.troubles),
            "workers": emulator.crew.size,
            "sessions": asked.space.sessions.count(),
        }
