"""The Flask application: platform, control API and documentation page."""

from leadway_mock.web.application import create_app, prompt_of

__all__ = ["create_app", "prompt_of"]
