"""Sub-commands of `leadway mock`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    "advance": "move the clock of a running mock forward",
    "ca": "print the certificate of the local authority of --tls",
    "check": "check dialogues and agents files",
    "env": "print the environment that points programs to a running mock",
    "exec": "run a command, such as a test, with a mock of its own",
    "export": "print the agents of a running mock as an agents file",
    "fault": "inject a fault into a running mock, list or remove them",
    "journal": "print the requests that a running mock received",
    "reset": "reset a running mock",
    "seed": "load an agents file into a running mock",
    "sessions": "print the sessions of a running mock",
    "show": "print one conversation of a running mock",
    "token": "print a made-up OAuth token",
    "wait": "wait until a mock responds",
}
"""The commands, and what they do."""

FUNCTIONS: Final[Mapping[str, str]] = {
    **{name: f"controls:{name}" for name in ("advance", "fault", "reset", "seed", "wait")},
    **{name: f"views:{name}" for name in ("export", "journal", "sessions", "show")},
}
"""Module and function of a command; by default the `main` of the module of its name."""
