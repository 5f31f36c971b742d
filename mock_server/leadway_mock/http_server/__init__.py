"""HTTP server: uvicorn with our own protocol class, WSGI in threads, and transport faults."""

from leadway_mock.http_server.listener import ServerError, bind, url_of
from leadway_mock.http_server.server import Server

__all__ = ["Server", "ServerError", "bind", "url_of"]
