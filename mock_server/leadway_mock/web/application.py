"""Flask application: the platform, the control API and the documentation pages."""

from __future__ import annotations

import weakref

from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.control_api import control_blueprint, load_control_contract
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.web.docs_pages import pages_blueprint
from leadway_mock.web.error_handlers import install_errors
from leadway_mock.web.host_check import install_host_check
from leadway_mock.web.platform_api import PlatformAPI, install_platform

PLATFORM = "leadway_mock"
"""Key of the `PlatformAPI` among the extensions of an application."""


def create_app(settings: Settings | None = None, *, emulator: Emulator | None = None) -> Flask:
    """Return the Flask application: the platform outside `/__mock`, the mock's own API below it.

    It runs under any WSGI server and in `test_client()`. The mock's HTTP server passes platform
    requests to the pipeline directly; see `serving.open_server`.

    The caller closes an `emulator` that it passes. Without one the application builds its own, and
    closes it when the application is garbage-collected or the process exits.
    """
    app = Flask("leadway_mock", static_folder=None)
    if emulator is None:
        emulator = build_emulator(settings)
        weakref.finalize(app, emulator.close)
    platform = PlatformAPI(emulator)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False  # Werkzeug would redirect `//` with an HTML page.
    install_host_check(app, platform.host_check)
    install_platform(app, platform)
    app.before_request(platform.reloading.check)
    install_errors(app)
    control = load_control_contract()
    app.register_blueprint(control_blueprint(emulator, control))
    app.register_blueprint(pages_blueprint(lambda: platform.emulator.contract, control.source))
    app.extensions[PLATFORM] = platform
    return app
