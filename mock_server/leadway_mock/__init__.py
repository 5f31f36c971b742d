"""An offline stand-in for the Leadway agent execution API that stores its conversations."""

from importlib.metadata import version

__version__ = version("leadway")
