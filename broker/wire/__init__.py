"""The bytes of the Iggy 0.9 TCP protocol: headers, primitives, batches, codes."""
