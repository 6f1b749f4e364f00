"""What one poll brought. A plain value, made in the Iggy loop's thread."""

from dataclasses import dataclass

from apache_iggy import ReceiveMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """Messages of one partition, in order.

    `current_offset` is the highest offset known to exist: the last message's, or, where there is
    no message, the one before the offset asked for (0 at the beginning). The partition may end
    later: the server says where, but the SDK does not pass it on.
    """

    messages: list[ReceiveMessage]
    current_offset: int
