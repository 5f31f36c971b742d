"""The measurements of `make bench`: loads on all targets in rounds, and growth of the mock."""
