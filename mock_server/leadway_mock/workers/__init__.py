"""Worker processes of `leadway mock --workers N`: one socket, one store.

The supervisor binds the address, forks the workers and handles no requests. It has no threads and
no store, so it can fork safely at any time. Supervisor and workers exchange JSON messages
(`line_protocol`); `worker_link` is the worker's side.
"""

from leadway_mock.workers.startup import run_workers

__all__ = ["run_workers"]
