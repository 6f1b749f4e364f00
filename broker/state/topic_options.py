"""The options a topic takes: their kinds, defaults and bounds, and how they are read."""

from collections.abc import Callable
from typing import Final, NamedTuple

from broker.wire.status import RefusedError, Status
from broker.wire.tlv import Kind, Value

NEVER: Final = 2**64 - 1
UNLIMITED: Final = 2**64 - 1
MAX_PARTITIONS: Final = 1000

_GIB = 1024**3
_MIB = 1024**2
_DURABILITIES = ("replicated", "persisted")
_COMPRESSIONS = ("none", "gzip")


class OptionSpec(NamedTuple):
    """One key: what it takes, what it is without being set, and whether it can be changed."""

    kind: Kind
    default: int | bool | str
    description: str
    can_change: bool
    allows: Callable[[int], bool] = lambda _: True
    choices: tuple[str, ...] = ()

    def normalized(self, value: Value) -> Value:
        """Return `value` in this option's own kind; refuses one that is not allowed."""
        if self.kind is Kind.STRING:
            text = value.as_text()
            if text not in self.choices:
                raise RefusedError(Status.INVALID_OPTION)
            return value
        if self.kind is Kind.BOOL:
            flag = value.as_flag()
            if flag is None:
                raise RefusedError(Status.INVALID_OPTION)
            return Value(Kind.BOOL, bytes((flag,)))
        number = value.as_number()
        if number is None or number >= 1 << (32 if self.kind is Kind.U32 else 64):
            raise RefusedError(Status.INVALID_OPTION)
        if not self.allows(number):
            raise RefusedError(Status.INVALID_OPTION)
        return Value.number(self.kind, number)

    def default_value(self) -> Value:
        """Return the default as it travels."""
        if isinstance(self.default, str):
            return Value(self.kind, self.default.encode())
        if isinstance(self.default, bool):
            return Value(self.kind, bytes((self.default,)))
        return Value.number(self.kind, self.default)


TOPIC_OPTIONS: Final = {
    "message_expiry": OptionSpec(
        Kind.U64, NEVER, "Age in microseconds at which messages go; 0 or 2^64-1: never", True
    ),
    "max_topic_size": OptionSpec(
        Kind.U64, UNLIMITED, "Bytes at which the oldest go; 0 or 2^64-1: unlimited", True
    ),
    "compression_algorithm": OptionSpec(
        Kind.STRING, "none", "Told to clients, not applied: none or gzip", True,
        choices=_COMPRESSIONS,
    ),
    "segment_size": OptionSpec(
        Kind.U64, _GIB, "Bytes of one file of a partition, 1 MiB to 1 GiB", False,
        allows=lambda size: _MIB <= size <= _GIB,
    ),
    "durability": OptionSpec(
        Kind.STRING, "replicated", "replicated or persisted; the same in this broker", False,
        choices=_DURABILITIES,
    ),
    "consumer_offset_durability": OptionSpec(
        Kind.STRING, "replicated", "replicated or persisted; the same in this broker", False,
        choices=_DURABILITIES,
    ),
    "messages_required_to_save": OptionSpec(
        Kind.U32, 1024, "Taken and kept; this broker writes every batch at once", False
    ),
    "size_of_messages_required_to_save": OptionSpec(
        Kind.U64, _MIB, "Taken and kept; this broker writes every batch at once", False
    ),
    "preallocate_segments": OptionSpec(
        Kind.BOOL, False, "Taken and kept; this broker does not preallocate", False
    ),
}  # fmt: skip


def check_new(options: dict[str, Value]) -> dict[str, Value]:
    """Return the options of a new topic in their own kinds; refuses unknown keys and values."""
    checked = {key: _spec(key).normalized(value) for key, value in options.items()}
    if max_size_bytes(checked) < segment_bytes(checked):
        raise RefusedError(Status.INVALID_OPTION)
    return checked


def check_change(current: dict[str, Value], patch: dict[str, Value]) -> dict[str, Value]:
    """Return `current` with `patch` laid over it; refuses keys that only a new topic takes."""
    for key in patch:
        if not _spec(key).can_change:
            raise RefusedError(Status.UNKNOWN_OPTION)
    return check_new({**current, **patch})


def expiry_us(options: dict[str, Value]) -> int:
    """Return the age at which messages go, in µs, NEVER when they stay."""
    return _number(options, "message_expiry") or NEVER


def max_size_bytes(options: dict[str, Value]) -> int:
    """Return the size at which the oldest messages go, UNLIMITED when they stay."""
    return _number(options, "max_topic_size") or UNLIMITED


def segment_bytes(options: dict[str, Value]) -> int:
    """Return the size at which a partition begins a new file."""
    return _number(options, "segment_size")


def compression_code(options: dict[str, Value]) -> int:
    """Return the compression as a code: 1 none, 2 gzip."""
    value = options.get("compression_algorithm")
    return 2 if value is not None and value.data == b"gzip" else 1


def is_persisted(options: dict[str, Value]) -> bool:
    """Tell whether the topic asked for stable storage."""
    value = options.get("durability")
    return value is not None and value.data == b"persisted"


def _spec(key: str) -> OptionSpec:
    spec = TOPIC_OPTIONS.get(key)
    if spec is None:
        raise RefusedError(Status.UNKNOWN_OPTION)
    return spec


def _number(options: dict[str, Value], key: str) -> int:
    value = options.get(key, TOPIC_OPTIONS[key].default_value())
    return value.as_number() or 0
