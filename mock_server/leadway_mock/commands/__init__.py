"""What `leadway mock` does besides serving: one module for each sub-command."""
