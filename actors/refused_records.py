"""What becomes of the records of a sink that nobody can take: skipped, sent away, or the end."""

import logging
from collections.abc import Mapping
from typing import Any

from actors.core import Ref, tell
from actors.data_path import SendBatch
from actors.dead_letter import DeadLetter, dead_letter_stream, outgoing_dead_letters
from actors.fetch_work import FetchWork
from config.model import SinkConfig
from connectors import FatalError
from connectors.message import ReceivedMessage


class RefusedRecords:
    """Belongs to one SinkConnector, which is `me`, and is used in its thread only.

    `producer` is the Iggy client for dead letters, None where there are none.
    """

    def __init__(
        self, config: SinkConfig, *, log: logging.Logger, producer: Ref | None, me: Ref
    ) -> None:
        self._config = config
        self._log = log
        self._producer = producer
        self._me = me
        self._sending: FetchWork | None = None
        self._is_explained = True

    @property
    def is_sending(self) -> bool:
        """Tell whether dead letters are on their way."""
        return self._sending is not None

    def skip(self, work: FetchWork) -> None:
        """Log them; they are counted where all records are."""
        self._log_each("A record is skipped: %s", work)

    def send(self, work: FetchWork) -> None:
        """Send them to the topic for dead letters; `sent` ends that."""
        self._sending, self._is_explained = work, True
        self._send(work)

    def send_unexplained(self, error: Exception) -> None:
        """Send them once more as they came, since `error` refused them with the reasons added.

        Raises FatalError when they were without.
        """
        work = self._sending
        if work is None:
            return
        if not self._is_explained:
            raise FatalError(f"a dead letter was refused: {error}") from error
        self._is_explained = False
        self._send(work)

    def sent(self) -> FetchWork | None:
        """Take note that they are in Iggy; return the fetch that they belong to."""
        work, self._sending = self._sending, None
        if work is not None:
            self._log_each("A record went to the dead letters: %s", work)
        return work

    def first_row(self, work: FetchWork) -> int:
        """Return where in the fetch the first of them is."""
        first = min(_refused(work))
        return next(
            row
            for row in range(work.position, work.end)
            if work.fetch.messages[row].offset() == first
        )

    def as_fatal(self, work: FetchWork) -> FatalError:
        """Return the error that stops the connector before the first of them."""
        refused = _refused(work)
        offset = min(refused)
        return FatalError(
            f"stopped before offset {offset} of {work.reads.stream.stream}/{work.reads.topic}"
            f" partition {work.fetch.partition_id}, which cannot be taken: {refused[offset]}"
        )

    def _send(self, work: FetchWork) -> None:
        assert self._producer is not None  # noqa: S101
        refused, reads = _refused(work), work.reads
        attempts = max(1, work.trouble.offers if work.trouble else 1)
        letters = [
            DeadLetter(
                payload=message.payload(),
                headers=_headers(message),
                error=refused[message.offset()],
                place={
                    "stream": reads.stream.stream,
                    "topic": reads.topic,
                    "partition": work.fetch.partition_id,
                    "offset": message.offset(),
                },
                attempts=attempts,
            )
            for message in work.slice()
            if message.offset() in refused
        ]
        outgoing = outgoing_dead_letters(
            letters,
            kind=self._config.kind,
            key=self._config.key,
            explained=self._is_explained,
        )
        stream = dead_letter_stream(*self._config.dead_letter_topic_of(reads.stream.stream))
        tell(self._producer, SendBatch(source=self._me, parts=((stream, outgoing),)))

    def _log_each(self, words: str, work: FetchWork) -> None:
        for offset, error in sorted(_refused(work).items()):
            self._log.warning(
                words,
                error,
                extra={
                    "fields": {
                        "stream": work.reads.stream.stream,
                        "topic": work.reads.topic,
                        "partition_id": work.fetch.partition_id,
                        "offset": offset,
                    }
                },
            )


def _refused(work: FetchWork) -> dict[int, Exception]:
    return dict(work.trouble.refused) if work.trouble else {}


def _headers(message: ReceivedMessage) -> Mapping[Any, Any] | None:
    """Return the typed headers; what cannot be read counts as none, as everywhere."""
    try:
        return message.user_headers()
    except ValueError:
        return None
