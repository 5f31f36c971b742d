"""Puts the emulator together and hangs its doors on Flask."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.control_api import control_blueprint, load_control_contract
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.pipeline.hot_reload import hot_reloader_for
from leadway_mock.web.docs_pages import pages_blueprint
from leadway_mock.web.door import install_door
from leadway_mock.web.error_handlers import install_errors
from leadway_mock.web.host_check import install_shield
from leadway_mock.web.thin_door import THIN_DOOR, Environment, ThinDoor, mount_thin_door


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
    reloading = hot_reloader_for(emulator)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False  # Werkzeug would answer `//` with a redirect in HTML.
    install_shield(app, settings.host, settings.allow_host)
    app.before_request(reloading.check)
    install_door(app, emulator)
    install_errors(app)
    control = load_control_contract()
    app.register_blueprint(control_blueprint(emulator, control))
    app.register_blueprint(pages_blueprint(lambda: emulator.contract, control.source))
    if thin:
        mount_thin_door(app, emulator, reloading.check)
    return app


def prompt_of(app: Flask) -> Callable[[Environment], bool]:
    """Return what tells of a request whether `app` answers it without waiting for anything."""
    door: ThinDoor | None = app.extensions.get(THIN_DOOR)
    return door.is_prompt if door else lambda _: False
