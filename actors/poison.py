"""Records of a source that cannot be sent: skipped, sent to the dead letters, or the end."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from actors.data_path import Part
from actors.dead_letter import DeadLetter, dead_letter_stream, outgoing_dead_letters
from actors.reports import Reporter
from config.model import SourceConfig, SourceStream
from config.policies import Tolerance
from connectors import FatalError, ProducedRecord, RecordError
from connectors.outgoing import Outgoing
from connectors.sendable import MAX_PAYLOAD_BYTES


@dataclass(frozen=True, slots=True)
class Poison:
    """One record that cannot be sent to `stream`, and why."""

    stream: SourceStream
    record: ProducedRecord
    error: RecordError


class PoisonPolicy:
    """Belongs to one SourceConnector and is used in its thread only."""

    def __init__(self, config: SourceConfig, *, log: logging.Logger, report: Reporter) -> None:
        self._config = config
        self._log = log
        self._report = report

    def sort_out(self, poison: Iterable[Poison]) -> tuple[Part, ...]:
        """Return what is to be sent instead: dead letters, or nothing.

        Raises FatalError where the connector is to stop before such a record.
        """
        tolerance = self._config.errors.tolerance
        letters: dict[SourceStream, list[DeadLetter]] = {}
        for one in poison:
            self._report.count(errors=1)
            if tolerance is Tolerance.SKIP:
                self._log_one("A produced record is skipped: %s", one)
                continue
            letter = _letter(one)
            if tolerance is Tolerance.FAIL or len(letter.payload) > MAX_PAYLOAD_BYTES:
                raise FatalError(f"stopped before a record that cannot be sent: {one.error}")
            self._log_one("A produced record goes to the dead letters: %s", one)
            letters.setdefault(one.stream, []).append(letter)
        return tuple(self._part(stream, those) for stream, those in letters.items())

    def _part(self, stream: SourceStream, letters: list[DeadLetter]) -> Part:
        outgoing = outgoing_dead_letters(letters, kind=self._config.kind, key=self._config.key)
        return dead_letter_stream(*self._config.dead_letter_topic_of(stream.stream)), outgoing

    def _log_one(self, words: str, poison: Poison) -> None:
        fields = {"stream": poison.stream.stream, "topic": poison.stream.topic}
        self._log.warning(words, poison.error, extra={"fields": fields})


def sent_record(outgoing: Outgoing, row: int) -> ProducedRecord:
    """Return a row of what was to be sent as a record again."""
    return ProducedRecord(payload=outgoing.payloads[row], headers=outgoing.headers[row])


def _letter(poison: Poison) -> DeadLetter:
    return DeadLetter(
        payload=_payload_bytes(poison.record.payload),
        headers=poison.record.headers if isinstance(poison.record.headers, dict) else None,
        error=poison.error,
        place={"stream": poison.stream.stream, "topic": poison.stream.topic},
        attempts=1,
    )


def _payload_bytes(payload: object) -> bytes:
    """Write down whatever it is; what has no better form is shown as Python shows it."""
    if isinstance(payload, bytes):
        return payload or b"-"
    if isinstance(payload, str):
        return payload.encode(errors="replace") or b"-"
    try:
        return orjson.dumps(payload, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):
        return repr(payload).encode(errors="replace")
