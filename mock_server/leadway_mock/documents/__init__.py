"""Files that people write for the mock: read strictly, with every problem told at its place."""
