"""Version of the package."""

from importlib.metadata import version

__version__: str = version("leadway")
