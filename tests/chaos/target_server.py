"""The sink's target as a process: `python -m tests.chaos.target_server FILE PORT_FILE HOLD_S`.

Every line that it gets is on disk before it answers `ok`. Half of `HOLD_S` it waits before that,
half after: whoever is killed meanwhile is killed inside `consume`, with the batch there or not.
"""

import os
import socketserver
import sys
import threading
import time
from pathlib import Path


def serve(file: Path, port_file: Path, hold_s: float) -> None:
    """Serve until killed, on the port of `port_file` once there is one."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    lock = threading.Lock()

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            for line in self.rfile:
                if not line.endswith(b"\n"):
                    return
                time.sleep(hold_s / 2)
                with lock:
                    os.write(descriptor, line)
                os.fsync(descriptor)
                time.sleep(hold_s / 2)
                self.wfile.write(b"ok\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: clients are killed here."""

    port = int(port_file.read_text()) if port_file.exists() else 0
    with Server(("127.0.0.1", port), Handler) as server:
        port_file.write_text(str(server.server_address[1]))
        sys.stdout.write("serves\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
