"""Load generator for conversations: talkers with a session each, and checks of every session."""
