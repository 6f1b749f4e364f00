"""The `iggy-connectors` command."""
