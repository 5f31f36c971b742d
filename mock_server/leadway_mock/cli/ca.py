"""`leadway mock ca`: print the certificate of the local authority, for clients to trust."""

from __future__ import annotations

from collections.abc import Sequence

from leadway_command import CommandParser, print_error, print_line
from leadway_mock.cli.terminal import FAILED, OK
from leadway_mock.util.certificates import CertificateError, authority_file

COMMAND = "leadway mock ca"


def main(arguments: Sequence[str]) -> int:
    """Print the certificate or its path; return 1 if there can be none."""
    parser = CommandParser(
        prog=COMMAND,
        description="Print the certificate of the authority of `leadway mock --tls`, created on"
        " first use. It is valid for 90 days, for this machine and the vendor's host only.",
        epilog='In Node: NODE_EXTRA_CA_CERTS="$(leadway mock ca --path)" node program.js',
    )
    parser.add_argument("--path", action="store_true", help="print the path of its file")
    options = parser.parse_args(arguments)
    try:
        file = authority_file()
        print_line(str(file) if options.path else file.read_text("ascii").rstrip("\n"))
    except (CertificateError, OSError) as error:
        print_error(f"{COMMAND}: {error}")
        return FAILED
    return OK
