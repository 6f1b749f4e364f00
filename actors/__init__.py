"""The actor system: supervision, messages, Iggy clients and connectors as actors."""
