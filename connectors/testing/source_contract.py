"""What every source must do, as tests: subclass it in a test file, and pytest runs them.

    class TestCountSource(SourceContract):
        plugin_class = CountSource

All calls of a plugin come from the thread of the test, but for those of the tests about stopping.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import ConfigError
from config.model import Schema
from connectors.blocking import BlockingSource
from connectors.errors import FatalError
from connectors.outgoing import encode_produced
from connectors.plugin import Source
from connectors.produced import Produced
from connectors.testing.plugin_contract import (
    PluginContract,
    expect,
    expect_end_at_stopping,
    skip,
)
from connectors.transforms import TransformChain

_RECORDS_WITHIN_S = 10.0
_NO_STATE = b"\xc1 this is no state \xff"

Payloads = list[str | bytes]


class SourceContract(PluginContract[Source]):
    """The source must have records for two polls, no two of them the same.

    `makes_up_records` tells that it invents them, so that the same never come again.
    """

    schema: Schema | str = Schema.JSON
    makes_up_records = False

    def unreachable_config(self) -> object:
        """Return a `[plugin_config]` whose origin is not there, where that makes `open` wait."""
        return self.plugin_config()

    def test_records_can_be_sent(self) -> None:
        """In the form that a stream with `schema` holds, with a state of bytes if with any."""
        with self._opened(None) as source:
            self._payloads(self._next(source))

    def test_other_records_come_after_an_ack(self) -> None:
        """What Iggy has must not come again and again."""
        with self._opened(None) as source:
            first = self._payloads(self._next(source))
            source.on_batch_result(accepted=True)
            following = self._payloads(self._next(source))
        expect(following[0] not in first, "records that were acknowledged come again")

    def test_the_same_records_come_after_a_nack(self) -> None:
        """They are not in Iggy: who goes on to the next ones loses them."""
        self._needs_records_that_can_come_again()
        with self._opened(None) as source:
            refused = self._payloads(self._next(source))
            source.on_batch_result(accepted=False)
            _expect_same(refused, self._payloads(self._next(source)), "after a Nack")

    def test_a_restart_goes_on_behind_what_was_acknowledged(self) -> None:
        """The state of a batch is that from which to go on when Iggy has the batch."""
        with self._opened(None) as source:
            first = self._next(source)
            if first.state is None:
                raise skip("the source keeps no state")
            source.on_batch_result(accepted=True)
            following = self._payloads(self._next(source))
        with self._opened(first.state) as source:
            again = self._payloads(self._next(source))
        if not self.makes_up_records:
            _expect_same(following, again, "after a restart with the saved state")

    def test_a_restart_repeats_what_was_not_acknowledged(self) -> None:
        """A crash came between `poll` and the Ack, so that the old state still holds."""
        self._needs_records_that_can_come_again()
        with self._opened(None) as source:
            first = self._next(source)
            lost = self._payloads(first)
        with self._opened(None) as source:
            _expect_same(lost, self._payloads(self._next(source)), "after a crash")
            source.on_batch_result(accepted=True)
            following = self._payloads(self._next(source))
        if first.state is not None:
            with self._opened(first.state) as source:
                again = self._payloads(self._next(source))
            _expect_same(following, again, "after a crash in the second batch")

    def test_a_state_that_cannot_be_read_is_judged(self) -> None:
        """FatalError (a person must act) or a new start, but no repeating for ever."""
        try:
            with self._opened(_NO_STATE):
                pass
        except (FatalError, ConfigError):
            pass
        except Exception as error:
            name = type(error).__name__
            raise AssertionError(f"open raises {name} for a damaged state: FatalError?") from error

    def test_close_is_harmless_without_open(self) -> None:
        """It is called after an `open` that failed, however early."""
        BlockingSource(self.create(self.plugin_config())).close()

    def test_close_is_harmless_when_called_twice(self) -> None:
        """Whoever is not sure whether it was called must be free to call it."""
        source = BlockingSource(self.create(self.plugin_config()))
        source.open(None)
        source.close()
        source.close()

    def test_open_ends_within_a_second_of_stopping(self) -> None:
        """A runtime that cannot stop is killed, and with it what other connectors do."""
        stopping = threading.Event()
        source = BlockingSource(self.create(self.unreachable_config(), stopping))
        expect_end_at_stopping("open", lambda: source.open(None), source.close, stopping)

    def test_poll_ends_within_a_second_of_stopping(self) -> None:
        """Also while it waits for records that do not come."""
        stopping = threading.Event()
        source = BlockingSource(self.create(self.plugin_config(), stopping))

        def poll_on() -> None:
            source.open(None)
            while not stopping.is_set():
                if source.poll() is not None and not stopping.is_set():
                    source.on_batch_result(accepted=True)

        expect_end_at_stopping("poll", poll_on, source.close, stopping)

    @contextmanager
    def _opened(self, state: bytes | None) -> Iterator[BlockingSource]:
        source = BlockingSource(self.create(self.plugin_config()))
        try:
            source.open(state)
            yield source
        finally:
            source.close()

    def _next(self, source: BlockingSource) -> Produced:
        end_s = time.monotonic() + _RECORDS_WITHIN_S
        while time.monotonic() < end_s:
            produced = source.poll()
            if produced is None:
                continue
            if self._payloads(produced):
                return produced
            source.on_batch_result(accepted=True)
        raise AssertionError(f"poll gives no records within {_RECORDS_WITHIN_S:g} s")

    def _payloads(self, produced: Produced) -> Payloads:
        outgoing = encode_produced(produced, schema=Schema(self.schema), chain=TransformChain())
        for rejection in outgoing.rejections:
            raise AssertionError(f"record {rejection.index} cannot be sent: {rejection.error}")
        return outgoing.payloads

    def _needs_records_that_can_come_again(self) -> None:
        if self.makes_up_records:
            raise skip("the source makes up its records")


def _expect_same(wanted: Payloads, found: Payloads, when: str) -> None:
    """The second batch may be longer or shorter, but has to begin with the same records."""
    both = min(len(wanted), len(found))
    expect(wanted[:both] == found[:both], f"other records come {when}: some are lost or doubled")
