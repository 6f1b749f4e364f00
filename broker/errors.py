"""Why the broker cannot start, each as one line for the person who started it.

BrokerError
├─ InvalidSettingError           an environment variable is not usable
├─ AddressUnavailableError       nothing can listen there
│  └─ AddressInUseError          something else listens there already
└─ DataDirectoryError       the data directory cannot be used
   ├─ DataDirectoryLockedError   another broker works in it
   └─ DataDirectoryDamagedError  its content is not what this broker wrote
"""


class BrokerError(Exception):
    """Anything that keeps the broker from starting; its text says what to do."""


class InvalidSettingError(BrokerError):
    """An environment variable has a value that is not allowed; never shows secrets."""

    def __init__(self, variable: str, value: str, allowed: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}={value}: allowed is {allowed}")


class AddressUnavailableError(BrokerError):
    """The broker cannot listen on its address."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"cannot listen on {address}: {reason}; choose another with IGGY_TCP_ADDRESS"
        )


class AddressInUseError(AddressUnavailableError):
    """Something else listens on the address."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "the address is in use")


class DataDirectoryError(BrokerError):
    """The data directory cannot be used."""


class DataDirectoryLockedError(DataDirectoryError):
    """Another process works in the data directory."""

    def __init__(self, directory: object) -> None:
        super().__init__(
            f"data directory {directory} is in use by another broker; stop it, or choose "
            "another directory with IGGY_SYSTEM_PATH"
        )


class DataDirectoryDamagedError(DataDirectoryError):
    """The data directory holds what this broker did not write."""

    def __init__(self, place: object, problem: str) -> None:
        super().__init__(
            f"{place}: {problem}; nothing was changed. Restore it, or choose an empty directory "
            "with IGGY_SYSTEM_PATH"
        )
