"""Agents: registry, built-in agents, canned replies and the agents file."""
