"""YAML and text files of users, parsed strictly into values with positions and problems."""
