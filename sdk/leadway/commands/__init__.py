"""The sub-commands of `leadway` that use the SDK."""
