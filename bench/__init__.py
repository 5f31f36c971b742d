"""Benchmarks of the mock and the SDK beside alternatives, of stress, and of scale."""
