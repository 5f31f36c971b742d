"""HTTP requests, responses and headers as values."""
