"""The hosts of a test run in one process: tests with the same settings share one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadway_mock.testing.host import Host


class HostPool:
    """Starts a host when it is first asked for, and stops them all at the end."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}

    def of(self, settings: Mapping[str, Any]) -> Host:
        """Return the host that was started with `settings`; raises what `Host` raises."""
        key = repr(sorted(settings.items()))
        if key not in self._hosts:
            self._hosts[key] = Host(**settings)
        return self._hosts[key]

    def close(self) -> None:
        """Stop them."""
        for host in self._hosts.values():
            host.close()
