"""The development broker: a small single-node server that the unmodified Iggy SDK can use.

It serves tests and trials; for production run the real Apache Iggy server.
"""

from broker.errors import (
    AddressInUseError,
    AddressUnavailableError,
    BrokerError,
    DataDirectoryDamagedError,
    DataDirectoryError,
    DataDirectoryLockedError,
    InvalidSettingError,
)
from broker.server import serve
from broker.settings import BrokerSettings, TlsFiles

__all__ = [
    "AddressInUseError",
    "AddressUnavailableError",
    "BrokerError",
    "BrokerSettings",
    "DataDirectoryDamagedError",
    "DataDirectoryError",
    "DataDirectoryLockedError",
    "InvalidSettingError",
    "TlsFiles",
    "serve",
]
