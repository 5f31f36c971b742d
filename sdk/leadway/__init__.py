"""Leadway: talk to the agents of Leadway CRM, and test code that does."""

from importlib.metadata import version

__version__ = version("leadway")

__all__ = ["__version__"]
