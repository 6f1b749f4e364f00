"""What authors of connectors test theirs with."""
