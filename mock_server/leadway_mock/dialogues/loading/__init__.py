"""Dialogues from transcripts and YAML: parsing and checks."""
