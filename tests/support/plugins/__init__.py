"""Plugins that tests run in real runtimes; `python -m` finds them as `module:Class`."""
