"""Command `leadway mock`."""

from leadway_mock.cli.main import main

__all__ = ["main"]
