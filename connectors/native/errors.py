"""What can go wrong with a native plugin, beside what the plugin itself says."""

from typing import ClassVar

from config.errors import ConnectError


class PostcardError(ConnectError):
    """Bytes that came out of a library are not what was agreed on."""

    code: ClassVar[str] = "postcard"


class NativePluginError(ConnectError):
    """A call into a native plugin failed; its log says why, its result is only a number."""

    code: ClassVar[str] = "native_plugin"
