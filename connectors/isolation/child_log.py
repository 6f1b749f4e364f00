"""The log inside a plugin's process: every record goes to the runtime, which writes it."""

import logging
import socket
import traceback

from connectors.isolation.child_output import RECORD_LENGTH
from connectors.isolation.wire import pack

_LONGEST_TEXT = 64 * 1024


class ChildLogHandler(logging.Handler):
    """Sends records over a connection that the runtime reads; any thread may log."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record; a runtime that is gone has no use for it."""
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[0] is not None:
                text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
            fields = getattr(record, "fields", None)
            body = pack(
                {
                    "name": record.name,
                    "level": record.levelno,
                    "template": str(record.msg)[:_LONGEST_TEXT],
                    "text": text[:_LONGEST_TEXT],
                    "fields": fields if isinstance(fields, dict) else {},
                }
            )
            self._connection.sendall(RECORD_LENGTH.pack(len(body)) + body)
        except OSError:
            pass
        except Exception:  # noqa: BLE001, a record that cannot be written harms nobody
            self.handleError(record)
