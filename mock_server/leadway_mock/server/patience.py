"""How long a connection waits for its client: a thread never, and the loop for two minutes."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from waitress.channel import HTTPChannel

if TYPE_CHECKING:
    from leadway_mock.server.listener import Listener


class PatientChannel(HTTPChannel):
    """A connection whose client may be slow, and does not read perhaps, at nobody's expense."""

    server: Listener
    cut_off_at = math.inf
    """When it is hung up on in any case, by the monotonic clock."""

    postponed = False
    """Whether its next request waits until the last answer is sent."""

    @property
    def last_activity(self) -> float:
        """When something last came or went, by the monotonic clock."""
        return self._active_at

    @last_activity.setter
    def last_activity(self, _: float) -> None:
        # Waitress gives the time of day, which jumps when the machine's clock is set.
        self._active_at = time.monotonic()

    def is_overdue(self, now: float) -> bool:
        """Return whether to hang up at `now`: its client is silent, or does not read, for too long.

        `now` is by the monotonic clock.
        """
        waits_for_us = self.requests and not self.total_outbufs_len
        silent = self.last_activity < now - self.adj.channel_timeout
        return self.cut_off_at <= now or (silent and not waits_for_us)

    def handle_write(self) -> None:
        """Send what there is; go on with the next request where it waited for that."""
        super().handle_write()
        # No thread is at work on what is postponed, so nothing of this has to be locked.
        if self.postponed and self.connected and not self.total_outbufs_len:
            self.postponed = False
            self.server.add_task(self)  # type: ignore[arg-type]  # only `Channel` is one of these

    def postpone(self) -> bool:
        """Tell whether the next request has to wait, until the last answer is sent.

        So no thread ever waits for a client that does not read, and of its answers one is kept.
        """
        with self.outbuf_lock:
            self.postponed = self.connected and self.total_outbufs_len > 0
            return self.postponed

    def handle_close(self) -> None:
        """Hang up, and release what of a request has come, which may be in a file of its own."""
        super().handle_close()
        never_answered = [self.request, *(self.requests if self.postponed else ())]
        self.postponed = False
        for each in filter(None, never_answered):
            each.close()

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Wait for no room, as waitress would: see `postpone`."""
