"""The mock as a WSGI application."""

from leadway_mock.app.building import build_emulator, create_app

__all__ = ["build_emulator", "create_app"]
