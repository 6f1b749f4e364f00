"""Sources that ship with the runtime."""
