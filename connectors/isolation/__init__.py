"""Runs a plugin in a process of its own, so that what it does to its process stays there."""
