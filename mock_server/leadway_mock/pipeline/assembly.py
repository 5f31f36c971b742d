"""Builds an `Emulator` from settings."""

from __future__ import annotations

from contextlib import ExitStack

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.file.loader import load_agents
from leadway_mock.config.settings import Settings
from leadway_mock.contract.observations import load_observed_contract
from leadway_mock.dialogues import load_dialogues
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import Clock, SystemClock
from leadway_mock.store import open_store


def build_emulator(settings: Settings | None = None, clock: Clock | None = None) -> Emulator:
    """Build an emulator from settings, on `clock`, which is the machine's by default.

    The caller closes it. Raises `ContractError`, `ObservationsError`, `AgentsFileError`,
    `DialogueError` or `StoreError`; then nothing is left open.
    """
    settings = settings or Settings()
    contract = load_observed_contract(settings.observations)
    agents = load_agents(settings.agents_file) if settings.agents_file else BUILT_IN
    dialogues = load_dialogues(settings.dialogues) if settings.dialogues else ()
    with ExitStack() as on_error:
        store = open_store(settings.store)
        on_error.callback(store.close)
        emulator = Emulator(settings, contract, agents, store, clock or SystemClock())
        emulator.dialogues.serve(dialogues)
        on_error.pop_all()
    return emulator
