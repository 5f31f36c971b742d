"""The application: Flask's doors to the emulator, the control API, and the documentation page."""

from leadway_mock.app.building import build_emulator, create_app, prompt_of

__all__ = ["build_emulator", "create_app", "prompt_of"]
