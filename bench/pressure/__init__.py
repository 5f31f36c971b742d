"""What the mock does under pressure, and what those see who behave well: `make bench-pressure`."""
