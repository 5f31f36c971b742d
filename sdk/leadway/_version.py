"""Version of the package."""

__version__: str = "0.1.0"
"""The same as in pyproject.toml; reading it from there takes longer than the rest of the import."""
