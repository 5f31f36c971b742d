"""Settings: their fields, types and sources."""
