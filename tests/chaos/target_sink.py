"""A sink that writes to the target server, and keeps a journal of its calls beside it."""

import json
import os
import socket
import uuid
from pathlib import Path

from connectors import Batch, Sink

BEGUN, TAKEN, FAILED = b"b", b"t", b"f"

_LIMIT_S = 5.0


class TargetSink(Sink):
    """Writes a byte to the file `journal` when `consume` begins, and when it ends."""

    def open(self) -> None:
        """Connect, as a new run."""
        self._run = uuid.uuid4().hex[:8]
        self._journal = os.open(
            self.config["journal"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        self._connection: socket.socket | None = None
        self._connect()

    def consume(self, batch: Batch) -> None:
        """Return when the target has the batch on its disk."""
        os.write(self._journal, BEGUN)
        try:
            self._write(batch)
        except OSError:
            os.write(self._journal, FAILED)
            self._disconnect()
            raise
        os.write(self._journal, TAKEN)

    def close(self) -> None:
        """Let go of the connection."""
        self._disconnect()
        os.close(self._journal)

    def _write(self, batch: Batch) -> None:
        connection = self._connection or self._connect()
        delivery = [
            self.config["runtime"],
            self._run,
            batch.partition_id,
            list(batch.offsets),
            list(batch.values),
        ]
        connection.sendall(json.dumps(delivery).encode() + b"\n")
        if connection.recv(16) != b"ok\n":
            raise ConnectionError("the target is gone")

    def _connect(self) -> socket.socket:
        port = int(Path(self.config["port_file"]).read_text())
        connection = socket.create_connection(("127.0.0.1", port), timeout=_LIMIT_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
