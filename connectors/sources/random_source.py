"""Produces random JSON records: for a first try, for demonstrations and for load."""

import os
import secrets
import string

import msgpack
from marshmallow import ValidationError

from config.duration import parse_duration
from config.fields import Whole
from config.strict_field import StrictField, TableSchema
from config.text_fields import Text
from connectors.plugin import Source
from connectors.produced import Produced, ProducedRecord
from connectors.uuids import uuid4_texts

_DEFAULT_INTERVAL = "1s"
_DEFAULT_INTERVAL_S = 1.0
_FINISHED_INTERVAL_S = 1.0  # the least between two polls when there is nothing left to produce
_MAX_TEXT_CHARACTERS = 60_000_000  # Iggy takes payloads of 64 MB
_U32_MAX = 2**32 - 1
_U64_MAX = 2**64 - 1

_ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
_TO_ALPHANUMERIC = bytes(_ALPHANUMERIC[byte % len(_ALPHANUMERIC)] for byte in range(256))


class MessagesRange(StrictField[tuple[int, int]]):
    """`[least, below]`: how many records a poll yields, `below` itself excluded."""

    def read(self, value: object) -> tuple[int, int]:
        """Return both ends."""
        if not isinstance(value, list) or len(value) != 2:
            raise ValidationError("must be an array of two whole numbers")
        least, below = (Whole(maximum=_U32_MAX).read(end) for end in value)
        if below < least:
            raise ValidationError("must not begin above its end")
        return least, below


class RandomSourceConfig(TableSchema):
    """`[plugin_config]` of the random source."""

    interval = Text(
        required=False,
        load_default=_DEFAULT_INTERVAL,
        metadata={"type": "duration", "description": "The time between two batches."},
    )
    max_count = Whole(
        maximum=_U64_MAX,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "Ends after so many records, also across restarts."},
    )
    messages_range = MessagesRange(
        required=False,
        load_default=(10, 50),
        metadata={
            "type": "array of two integers",
            "description": "How many records a batch has: at least the first, less than the last.",
        },
    )
    payload_size = Whole(
        maximum=_MAX_TEXT_CHARACTERS,
        required=False,
        load_default=100,
        metadata={"description": "How many characters the text of a record has."},
    )


class RandomSource(Source):
    """Yields a random number of records every `interval`, `max_count` of them in all.

    Its state is how many records it produced, in the reference's format, so that state files of
    either go on in the other.
    """

    Config = RandomSourceConfig

    def open(self, state: bytes | None) -> None:
        """Go on counting from `state`."""
        self._interval_s = self._read_interval()
        self._produced = self._read_state(state)
        self._staged = self._produced

    def poll(self) -> Produced | None:
        """Wait for the interval, then make records; None when `max_count` is reached."""
        left = self._left()
        at_least_s = _FINISHED_INTERVAL_S if left == 0 else 0.0
        if self.stopping.wait(max(self._interval_s, at_least_s)):
            return None
        count = self._count()
        if left is not None:
            count = min(count, left)
        if not count:
            return None
        self._staged = self._produced + count
        return Produced(
            records=[ProducedRecord(payload) for payload in self._payloads(count)],
            state=msgpack.packb([self._staged]),
        )

    def on_batch_result(self, accepted: bool) -> None:
        """Count the records of the last poll once Iggy has them."""
        if accepted:
            self._produced = self._staged

    def _left(self) -> int | None:
        max_count: int | None = self.config["max_count"]
        return None if max_count is None else max(0, max_count - self._produced)

    def _count(self) -> int:
        least, below = self.config["messages_range"]
        spread = below - least
        return int(least + secrets.randbelow(spread)) if spread else int(least)

    def _payloads(self, count: int) -> list[bytes]:
        size = self.config["payload_size"]
        texts = os.urandom(count * size).translate(_TO_ALPHANUMERIC)
        return [
            b'{"id":"%b","title":"Hello","name":"World","text":"%b"}'
            % (record_id.encode(), texts[at * size : (at + 1) * size])
            for at, record_id in enumerate(uuid4_texts(count))
        ]

    def _read_interval(self) -> float:
        interval: str = self.config["interval"]
        try:
            return parse_duration(interval)
        except ValueError as error:
            self.log.warning("interval is taken as %s: %s", _DEFAULT_INTERVAL, error)
            return _DEFAULT_INTERVAL_S

    def _read_state(self, state: bytes | None) -> int:
        if state is None:
            return 0
        try:
            return _count_in(state)
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            self.log.warning("the state cannot be read, counting begins anew: %s", error)
            return 0


def _count_in(state: bytes) -> int:
    (produced,) = msgpack.unpackb(state)
    if type(produced) is not int or produced < 0:
        raise ValueError("it holds no count")
    return produced
