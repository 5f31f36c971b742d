"""What is known about the real service: its specification, and how the contract differs from it."""
