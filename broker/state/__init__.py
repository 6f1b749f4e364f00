"""What the broker knows: streams, topics, groups, users and sessions, apart from any socket."""
