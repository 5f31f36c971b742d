"""The HTTP server in front of the mock: waitress, made strict, JSON-spoken and stoppable."""

from leadway_mock.server.binding import ServerError, bind, url_of
from leadway_mock.server.serving import Server

__all__ = ["Server", "ServerError", "bind", "url_of"]
