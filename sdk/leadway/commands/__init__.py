"""The sub-commands of `leadway` that talk to agents."""
