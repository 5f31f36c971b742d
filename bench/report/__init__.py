"""The results for readers: goals, tables and a plot."""
