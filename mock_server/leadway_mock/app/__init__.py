"""The Flask application: the platform, the control API, and the documentation page."""

from leadway_mock.app.building import PLATFORM, build_emulator, create_app

__all__ = ["PLATFORM", "build_emulator", "create_app"]
