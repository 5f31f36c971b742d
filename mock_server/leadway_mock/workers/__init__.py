"""`leadway mock --workers N`: several processes that answer on one socket, from one store.

A supervisor binds the address, forks the workers and answers nothing itself. It has no threads and
no store, so that it can fork safely at any time. `lines` carry what the two sides tell each other:
`link` is the worker's end, `supervising` the supervisor's.
"""

from leadway_mock.workers.running import run_workers

__all__ = ["run_workers"]
