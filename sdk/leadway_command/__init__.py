"""The command `leadway`, apart from the SDK: to start the mock, nobody waits for an HTTP client."""

from leadway_command.dispatching import main
from leadway_command.obeying import INTERRUPTED, UNHEARD, UNWRITTEN, obeyed

__all__ = ["INTERRUPTED", "UNHEARD", "UNWRITTEN", "main", "obeyed"]
