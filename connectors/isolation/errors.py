"""What isolation adds to the errors of plugins."""

from typing import ClassVar

from config.errors import ConnectError


class PluginDiedError(ConnectError):
    """The plugin's process ended during a call, by itself or because it had to be killed.

    Not marked as passing: where the same batch brings it down again and again, one of its records
    may be to blame.
    """

    code: ClassVar[str] = "plugin_died"
