"""One request, from routing to the response."""
