"""Runs plugins that were built as shared libraries for the reference runtime."""
