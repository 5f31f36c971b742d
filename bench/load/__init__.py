"""A load generator of our own: what it sends, how it reads and checks answers, and its loop."""
