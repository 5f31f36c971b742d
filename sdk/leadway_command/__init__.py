"""The command `leadway`, apart from the SDK: to start the mock, nobody waits for an HTTP client."""

from leadway_command.dispatching import INTERRUPTED, UNHEARD, main

__all__ = ["INTERRUPTED", "UNHEARD", "main"]
