"""Reading a request's head more strictly than waitress does by itself."""

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest

_TLS_HANDSHAKE = b"\x16"
_CONTROL_BYTES = frozenset(range(0x20)) | {0x7F}


class StrictParser(HTTPRequestParser):
    """Waitress's parser, and what RFC 9112 asks beyond it.

    It refuses with 400 a version other than 1.0 and 1.1, a missing or repeated ``Host``
    (section 3.2), a body framed in two ways (section 6.3), and control bytes in the target.
    """

    path: str
    """As it was sent, but percent-decoded."""

    def received(self, data: bytes) -> int:
        """Take the next bytes; returns how many belong to this request."""
        if data[:1] == _TLS_HANDSHAKE and not self.header_plus and not self.headers_finished:
            # Without an answer such a client would wait for the end of a head that never comes.
            self.error = BadRequest("This is plain HTTP: call it by http://, not https://")
            self.completed = True
            return len(data)
        consumed = super().received(data)
        if self.completed:
            # Nothing more to send: waitress would invite a refused body, or wait for an absent one.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers.

        Raises:
            ParsingError: the head is not a request this server understands; answered with 400.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # A target that urlsplit refuses, or a length of thousands of digits.
            raise ParsingError("The request target or Content-Length is not valid") from error
        problem = self._problem()
        if problem:
            raise ParsingError(problem)

    def _problem(self) -> str | None:
        if self.version not in {"1.0", "1.1"}:
            return "Only HTTP/1.0 and HTTP/1.1 are spoken here"
        if not _CONTROL_BYTES.isdisjoint(self.first_line):
            return "The request line holds a control character"
        if self.version == "1.1" and not self.headers.get("HOST"):
            return "The Host header is missing"
        if "," in self.headers.get("HOST", ""):
            return "The Host header is there more than once"
        if self._framed_twice():
            return "The body's length is given by Transfer-Encoding, and another way too"
        return None

    def _framed_twice(self) -> bool:
        # Waitress removes the Transfer-Encoding that it understood, and understands it in 1.1 only.
        return "TRANSFER_ENCODING" in self.headers or (
            self.chunked and "CONTENT_LENGTH" in self.headers
        )
