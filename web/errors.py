"""Why the HTTP API cannot listen where it is told to, and what a caller is told of a bad request.

ConnectError
├─ AddressInUseError       somebody else listens there
├─ AddressUnavailableError this machine has no such address, or we may not use it
└─ NotConvertibleError     a plugin's configuration has no form in the format asked for
"""

from typing import ClassVar

from config.errors import ConnectError


class AddressInUseError(ConnectError):
    """Another process listens on the address of the HTTP API."""

    code: ClassVar[str] = "address_in_use"


class AddressUnavailableError(ConnectError):
    """The address of the HTTP API cannot be listened on, and waiting will not help."""

    code: ClassVar[str] = "address_unavailable"


class NotConvertibleError(ConnectError):
    """A configuration cannot be written in the format that was asked for."""

    code: ClassVar[str] = "not_convertible"
