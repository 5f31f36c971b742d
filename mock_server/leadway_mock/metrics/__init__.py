"""Counters in the Prometheus text format."""
