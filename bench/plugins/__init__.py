"""Connectors that do next to nothing, so that the runtime is what is measured."""
