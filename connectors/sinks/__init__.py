"""Sinks that ship with the runtime."""
