"""The agents file: reading, checks, JSON Schema."""
