"""`leadway record`: a recording proxy on this machine, alone or around a command."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leadway_command import CommandParser, print_line
from leadway_mock.cli.exec import SEPARATOR, run_program
from leadway_mock.cli.options import FAILED, OK, USAGE_ERROR, print_error
from leadway_mock.http_server import Server, ServerError
from leadway_mock.recording.private_data import NOTHING_KNOWN, PRIVATE, KnownValues
from leadway_mock.recording.proxy import RecordingProxy
from leadway_mock.recording.recorder import Recorder
from leadway_mock.recording.redacted import RecordingError
from leadway_mock.recording.upstream import Upstream, UpstreamError
from leadway_mock.util.files import read_regular_file
from leadway_mock.util.no_proxy import no_proxy_variables

COMMAND: Final = "leadway record"
HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4011
THREADS: Final = 16
MAX_REQUEST_BYTES: Final = 8 * 1_048_576
MAX_PRIVATE_BYTES: Final = 1_048_576

EPILOG: Final = (
    "Without a command, it serves until Ctrl-C. With one, the command finds the recorder by"
    " LEADWAY_BASE_URL, and the exit code is the command's. The dialogue is for `leadway mock"
    " --dialogues`. Tokens, e-mail addresses, telephone numbers, and names and ids of contacts are"
    " replaced before anything is written; read the file before you share it."
)


def main(arguments: Sequence[str]) -> int:
    """Record until a signal, or while a command runs; return the exit code."""
    options, command = _parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for library in ("httpx", "httpcore", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        known = _read_private(options.private)
        if options.source is not None:
            return _finish(Recorder.from_file(options.source, options.out, options.raw, known))
        with Upstream(
            options.upstream, allow_private=options.allow_private, allow_http=options.allow_http
        ) as upstream:
            origin = str(upstream.origin)
            recorder = Recorder(options.out, options.raw, origin, known, force=options.force)
            server = open_proxy(upstream, recorder, options.port)
            code = _run(command, server, recorder, runs=2 if options.twice else 1)
            return _finish(recorder) or code
    except (UpstreamError, RecordingError, ServerError) as error:
        print_error(COMMAND, error)
        return USAGE_ERROR


def open_proxy(upstream: Upstream, recorder: Recorder, port: int) -> Server:
    """Return a server of the recording proxy that listens from now on; raises `ServerError`."""
    if port and upstream.address.is_loopback and upstream.origin.port == port:
        raise ServerError(f"port {port} is that of the upstream; choose another --port, such as 0.")
    proxy = RecordingProxy(upstream, recorder.add)
    return Server(proxy, HOST, port, threads=THREADS, max_body=MAX_REQUEST_BYTES)


@contextmanager
def open_recorder(base_url: str, out: str) -> Iterator[str]:
    """Record what is sent to the yielded URL and passed on to `base_url`, in the file `out`.

    For `leadway chat`, which calls the service itself otherwise, so any service is allowed.
    Raises `ValueError` with a text for users.
    """
    path = Path(out)
    try:
        _check_files(path)
        with Upstream(base_url, allow_private=True, allow_http=True) as upstream:
            recorder = Recorder(path, None, str(upstream.origin), NOTHING_KNOWN)
            try:
                with open_proxy(upstream, recorder, 0) as server:
                    yield server.url
            finally:
                recorder.close()
    except (UpstreamError, RecordingError, ServerError) as error:
        raise ValueError(str(error)) from None


def _run(command: Sequence[str], server: Server, recorder: Recorder, runs: int) -> int:
    """Serve until a signal stops it, or while the command runs; return the exit code."""
    if not command:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        print_line(f"listening on {server.url}")
        server.run()
        return OK
    environment = {
        **os.environ,
        "LEADWAY_BASE_URL": server.url,
        # The recorder passes the token on to the upstream only.
        "LEADWAY_SEND_TOKEN_ANYWHERE": "1",
        **no_proxy_variables(server.url, os.environ),
    }
    with server:
        code = run_program(COMMAND, command, environment)
        for _ in range(runs - 1):
            recorder.begin_second_run()
            code = code or run_program(COMMAND, command, environment)
    return code


def _finish(recorder: Recorder) -> int:
    try:
        lines = recorder.close()
    except RecordingError as error:
        print_error(COMMAND, error)
        return FAILED
    for line in lines:
        print_error("", line)
    if recorder.is_full:
        print_error(COMMAND, "the recording reached its limit, and its last exchanges are missing.")
        return FAILED
    return OK


def _read_private(path: Path | None) -> KnownValues:
    """Return the lines of a file as known values; raises `RecordingError`."""
    if path is None:
        return NOTHING_KNOWN
    try:
        lines = read_regular_file(path, MAX_PRIVATE_BYTES).decode().splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise RecordingError(f"--private {path}: cannot be read: {reason}.") from None
    return KnownValues.of((line, PRIVATE) for line in lines)


def _check_files(out: Path, raw: Path | None = None, *, force: bool = False) -> None:
    """Raise `RecordingError` if a file has no YAML name, exists, or can have no file beside it."""
    if out.suffix.lower() not in {".yaml", ".yml"}:
        raise RecordingError(f"{out}: must end in .yaml, since a dialogue of all features is YAML.")
    for path in filter(None, (out, raw)):
        if path.exists() and not force:
            raise RecordingError(f"{path}: exists, and may have been edited. Choose another file.")
        if not path.parent.is_dir():
            raise RecordingError(f"{path}: there is no folder {path.parent}. Create it first.")


def _parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    words = list(arguments)
    end = words.index(SEPARATOR) if SEPARATOR in words else len(words)
    parser = _parser()
    options, command = parser.parse_args(words[:end]), words[end + 1 :]
    if options.source is not None and command:
        parser.error("--from reads a file, so it takes no command")
    if options.twice and not command:
        parser.error("--twice runs a command twice; write it after --, as in -- python talk.py")
    try:
        _check_files(options.out, options.raw, force=options.force)
    except RecordingError as error:
        files = [each for each in (options.out, options.raw) if each is not None]
        hint = " --force replaces files that exist." if any(map(Path.exists, files)) else ""
        parser.error(f"{error}{hint}")
    return options, command


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog=COMMAND,
        usage="leadway record --upstream URL --out FILE [FLAG ...] [-- COMMAND [ARGUMENT ...]]\n"
        "       leadway record --from FILE --out FILE [FLAG ...]",
        description="Pass requests on to a service, and record them as a dialogue.",
        epilog=EPILOG,
        word_hint="the command comes after `--`",
    )
    add: Callable[..., object] = parser.add_argument
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--upstream", metavar="URL", help="scheme and host of the service")
    source.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FILE",
        help="write the files again from a raw file, with other --private texts",
    )
    add("--out", required=True, type=Path, metavar="FILE", help="dialogue file to write, YAML")
    add("--raw", type=Path, metavar="FILE", help="also keep every exchange, redacted, as JSON")
    add("--private", type=Path, metavar="FILE", help="texts to replace, one on each line")
    add("--twice", action="store_true", help="run the command twice; what differs is noise")
    add("--port", type=int, default=DEFAULT_PORT, metavar="N", help="0 takes a free port")
    add("--force", action="store_true", help="replace files that exist")
    add("--allow-private", action="store_true", help="allow addresses of private networks")
    add("--allow-http", action="store_true", help="allow http:// to this machine, for a mock")
    return parser
