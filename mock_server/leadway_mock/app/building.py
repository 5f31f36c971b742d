"""Puts the emulator together and hangs its doors on Flask."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import ExitStack

from flask import Flask

from leadway_mock.agents import BUILT_IN
from leadway_mock.agents.file import load_agents
from leadway_mock.app.control import control_blueprint, load_control_contract
from leadway_mock.app.door import install_door
from leadway_mock.app.errors import install_errors
from leadway_mock.app.pages import pages_blueprint
from leadway_mock.app.shield import install_shield
from leadway_mock.app.thin_door import THIN_DOOR, Environment, ThinDoor, mount_thin_door
from leadway_mock.clock import Clock, SystemClock
from leadway_mock.contract import load_contract
from leadway_mock.dialogues import load_dialogues
from leadway_mock.emulator import Emulator
from leadway_mock.reloading import reloading_for
from leadway_mock.settings import Settings
from leadway_mock.store import open_store


def build_emulator(settings: Settings | None = None, clock: Clock | None = None) -> Emulator:
    """Put an emulator together as `settings` say, on `clock`, which is the machine's by default.

    The caller closes it. Raises `ContractError`, `AgentsFileError`, `DialogueError` or
    `StoreError`; then nothing is left open.
    """
    settings = settings or Settings()
    contract = load_contract()
    cast = load_agents(settings.agents) if settings.agents else BUILT_IN
    dialogues = load_dialogues(settings.dialogues) if settings.dialogues else ()
    with ExitStack() as on_error:
        store = open_store(settings.store)
        on_error.callback(store.close)
        emulator = Emulator(settings, contract, cast, store, clock or SystemClock())
        emulator.dialogues.serve(dialogues)
        on_error.pop_all()
    return emulator


def create_app(
    settings: Settings | None = None, *, emulator: Emulator | None = None, thin: bool = True
) -> Flask:
    """Return the WSGI application: the platform outside `/__mock`, ours below it.

    The caller closes an `emulator` that it passes. Without one the application builds its own, and
    closes it when the application is garbage-collected or the process exits.

    With `thin`, most requests to the platform do not go through Flask; their answers are the same.
    """
    app = Flask("leadway_mock", static_folder=None)
    if emulator is None:
        emulator = build_emulator(settings)
        weakref.finalize(app, emulator.close)
    settings = emulator.settings
    reloading = reloading_for(emulator)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False  # Werkzeug would answer `//` with a redirect in HTML.
    install_shield(app, settings.host, settings.allow_host)
    app.before_request(reloading.look)
    install_door(app, emulator)
    install_errors(app)
    control = load_control_contract()
    app.register_blueprint(control_blueprint(emulator, control))
    app.register_blueprint(pages_blueprint(lambda: emulator.contract, control.source))
    if thin:
        mount_thin_door(app, emulator, reloading.look)
    return app


def prompt_of(app: Flask) -> Callable[[Environment], bool]:
    """Return what tells of a request whether `app` answers it without waiting for anything."""
    door: ThinDoor | None = app.extensions.get(THIN_DOOR)
    return door.is_prompt if door else lambda _: False
