"""One message type of Protocol Buffers, and JSON values of its messages."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor

from connectors.codecs.proto_reader import ProtoReader
from connectors.codecs.proto_well_known import WELL_KNOWN
from connectors.codecs.proto_writer import ProtoWriter
from connectors.codecs.raw import filled_bytes


class ProtoMessage:
    """Reads and writes messages of one type.

    Fields have their names of the `.proto` file; those that are not set are left out. Bytes are
    base64, enums and all integers numbers, numbers that are not finite null, well-known types as
    in the JSON mapping of Protocol Buffers. `preserve_unknown_fields` adds what the type does not
    know as `unknown_field_<number>`.
    """

    def __init__(self, descriptor: Descriptor, *, preserve_unknown_fields: bool) -> None:
        pool = descriptor.file.pool
        self._descriptor = descriptor
        self._reader = ProtoReader(pool, preserve_unknown_fields=preserve_unknown_fields)
        self._writer = ProtoWriter(pool)
        self.name = descriptor.full_name
        self.is_well_known = descriptor.full_name in WELL_KNOWN

    def has_fields(self, names: Iterable[str]) -> bool:
        """Tell whether the type has fields of all these names."""
        return all(name in self._descriptor.fields_by_name for name in names)

    def read(self, payload: bytes) -> Any:
        """Return the JSON value of an encoded message; raises UnfitError, also if empty."""
        return self._reader.read(self._descriptor, filled_bytes(payload))

    def write(self, value: Any) -> bytes:
        """Return the message that `value` describes; the same value always gives the same bytes.

        Keys that the type does not have are left out. Raises UnfitError that names the field.
        """
        return self._writer.write(self._descriptor, value)
