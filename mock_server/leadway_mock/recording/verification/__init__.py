"""Verification: whether a target, such as the real service, behaves like the mock."""
