"""Puts the emulator together and hangs its doors on Flask."""

from __future__ import annotations

from flask import Flask

from leadway_mock.agents import BUILT_IN
from leadway_mock.agents.file import load_agents
from leadway_mock.app.control import control_blueprint, load_control_contract
from leadway_mock.app.door import PlatformApi, install_door
from leadway_mock.app.errors import install_errors
from leadway_mock.app.pages import pages_blueprint
from leadway_mock.app.shield import install_shield
from leadway_mock.clock import Clock, SystemClock
from leadway_mock.contract import load_contract
from leadway_mock.dialogues import load_dialogues
from leadway_mock.emulator import Emulator
from leadway_mock.settings import Settings
from leadway_mock.store import open_store


def build_emulator(settings: Settings | None = None, clock: Clock | None = None) -> Emulator:
    """Put an emulator together as `settings` say, on `clock`, which is the machine's by default.

    Raises `ContractError`, `AgentsFileError`, `DialogueError` or `StoreError`.
    """
    settings = settings or Settings()
    contract = load_contract()
    cast = load_agents(settings.agents) if settings.agents else BUILT_IN
    dialogues = load_dialogues(settings.dialogues) if settings.dialogues else ()
    store = open_store(settings.store)
    emulator = Emulator(settings, contract, cast, store, clock or SystemClock())
    emulator.dialogues.serve(dialogues)
    return emulator


PLATFORM = "leadway_mock"
"""The key among an application's extensions of its `PlatformApi`."""


def create_app(settings: Settings | None = None, *, emulator: Emulator | None = None) -> Flask:
    """Return the Flask application: the platform outside `/__mock`, ours below it.

    It runs under any WSGI server and in `test_client()`. The mock's own server calls the platform
    directly, and the application for the rest; see `serving.open_server`.
    """
    emulator = emulator or build_emulator(settings)
    platform = PlatformApi(emulator)
    app = Flask("leadway_mock", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False  # Werkzeug would answer `//` with a redirect in HTML.
    install_shield(app, platform.host_check)
    install_door(app, platform)
    app.before_request(platform.reloading.look)
    install_errors(app)
    control = load_control_contract()
    app.register_blueprint(control_blueprint(emulator, control))
    app.register_blueprint(pages_blueprint(lambda: emulator.contract, control.source))
    app.extensions[PLATFORM] = platform
    return app
