"""The logger of one connector, which says on every line whose line it is. Any thread may use it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from config.model import Kind


def connector_log(kind: Kind, key: str) -> logging.Logger:
    """Return the logger for a connector and its plugin; the same one for the same connector.

    Its records carry `fields`, a mapping that the log formats show: `connector_kind` and
    `connector_key`, and what a call adds by `extra={"fields": {"offset": 5}}`. Loggers made of it
    by `getChild` say the key by their name alone.
    """
    logger = logging.getLogger(f"connector.{kind}.{key}")
    logger.addFilter(_Owner(kind, key))
    return logger


@dataclass(frozen=True, slots=True)
class _Owner:
    kind: Kind
    key: str

    def filter(self, record: logging.LogRecord) -> bool:
        given = getattr(record, "fields", None)
        record.fields = {
            "connector_kind": str(self.kind),
            "connector_key": self.key,
            **(given if isinstance(given, Mapping) else {}),
        }
        return True
