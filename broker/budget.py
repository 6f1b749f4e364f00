"""How many bytes all connections together may keep in memory."""


class Budget:
    """Bytes are taken before the memory is, and given back when it is free again."""

    def __init__(self, size_bytes: int) -> None:
        self.free_bytes = size_bytes

    def take(self, size_bytes: int) -> bool:
        """Take bytes; False, and nothing taken, when there are not so many left."""
        if size_bytes > self.free_bytes:
            return False
        self.free_bytes -= size_bytes
        return True

    def give_back(self, size_bytes: int) -> None:
        """Return what was taken."""
        self.free_bytes += size_bytes
