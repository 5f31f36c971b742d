"""Load generator: requests, client scripts, response parser, event loop and its process."""
