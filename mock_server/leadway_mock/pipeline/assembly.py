"""Builds an `Emulator` from settings."""

from __future__ import annotations

from leadway_mock.agents import BUILT_IN
from leadway_mock.agents.file.loader import load_agents
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.dialogues import load_dialogues
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import Clock, SystemClock
from leadway_mock.store import open_store


def build_emulator(settings: Settings | None = None, clock: Clock | None = None) -> Emulator:
    """Put an emulator together as `settings` say, on `clock`, which is the machine's by default.

    Raises `ContractError`, `AgentsFileError`, `DialogueError` or `StoreError`.
    """
    settings = settings or Settings()
    contract = load_contract()
    cast = load_agents(settings.agents_file) if settings.agents_file else BUILT_IN
    dialogues = load_dialogues(settings.dialogues) if settings.dialogues else ()
    store = open_store(settings.store)
    emulator = Emulator(settings, contract, cast, store, clock or SystemClock())
    emulator.dialogues.serve(dialogues)
    return emulator
