"""The Flask application: the platform, the control API, and the documentation pages."""

from leadway_mock.web.application import PLATFORM, create_app

__all__ = ["PLATFORM", "create_app"]
