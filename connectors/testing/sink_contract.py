"""What every sink must do, as tests: subclass it in a test file, and pytest runs them.

    class TestLinesSink(SinkContract):
        plugin_class = LinesSink

        @pytest.fixture(autouse=True)
        def target(self, tmp_path):
            self.file = tmp_path / "lines.txt"
            self.file.touch()

        def plugin_config(self):
            return {"file": str(self.file)}

        def read_target(self):
            return [json.loads(line) for line in self.file.read_text().splitlines()]

All calls of a plugin come from the thread of the test, but for those of the tests about stopping.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from config.model import Schema
from connectors.batch import Batch
from connectors.blocking import BlockingSink
from connectors.errors import RecordError
from connectors.plugin import Sink
from connectors.testing.batches import make_batch
from connectors.testing.killed_sink import consume_and_be_killed
from connectors.testing.plugin_contract import (
    PluginContract,
    expect,
    expect_all,
    expect_end_at_stopping,
    skip,
)

_UNREADABLE = {Schema.JSON: b"{", Schema.TEXT: b"\xff"}


class SinkContract(PluginContract[Sink]):
    """`payloads` are records that the sink can write, all different, at least two."""

    schema: Schema | str = Schema.JSON
    payloads: Sequence[bytes] = (b'{"id":1,"text":"one"}', b'{"id":2,"text":"zwei \xc3\xa4"}')

    def read_target(self) -> Sequence[Any] | None:
        """Return the records that are in the target now, each as `record.payload` gave it.

        It is called when no sink is open. None: nobody can read what this sink wrote.
        """
        raise NotImplementedError("read_target is to return what is in the target")

    def unreachable_config(self) -> Any:
        """Return a `[plugin_config]` whose target is not there, where that makes `open` wait."""
        return self.plugin_config()

    def test_what_was_consumed_is_in_the_target(self) -> None:
        """Batch after batch, also those of another sink after a restart."""
        self._expect_empty_target()
        half = len(self.payloads) // 2
        with self._opened() as sink:
            sink.consume(self._batch(self.payloads[:half]))
        with self._opened() as sink:
            for at in range(half, len(self.payloads)):
                sink.consume(self._batch(self.payloads[at : at + 1], first_offset=at))
        self._expect_in_target("of what was consumed")

    def test_nothing_is_left_in_memory_when_consume_returns(self) -> None:
        """The offsets move then: what a crash takes with it would be lost for ever."""
        self._expect_empty_target()
        consume_and_be_killed(
            self.plugin_class, self.plugin_config(), self.payloads, Schema(self.schema)
        )
        self._expect_in_target("when the process is killed after consume returned")

    def test_a_batch_may_come_again(self) -> None:
        """It does when a crash comes between `consume` and the move of the offsets."""
        with self._opened() as sink:
            sink.consume(self._batch(self.payloads))
            sink.consume(self._batch(self.payloads))
        with self._opened() as sink:
            sink.consume(self._batch(self.payloads))
        self._expect_in_target("when a batch comes again")

    def test_a_bad_record_does_not_keep_the_others_from_the_target(self) -> None:
        """It is rejected, or named by a RecordError, and the others are written."""
        unreadable = _UNREADABLE.get(Schema(self.schema))
        if unreadable is None:
            raise skip(f"all bytes are {self.schema}")
        first, *others = self.payloads
        with self._opened() as sink:
            self._deliver(sink, [first, unreadable, *others])
        self._expect_in_target("beside a record that cannot be read")

    def test_close_is_harmless_without_open(self) -> None:
        """It is called after an `open` that failed, however early."""
        BlockingSink(self.create(self.plugin_config())).close()

    def test_close_is_harmless_when_called_twice(self) -> None:
        """Whoever is not sure whether it was called must be free to call it."""
        sink = BlockingSink(self.create(self.plugin_config()))
        sink.open()
        sink.close()
        sink.close()

    def test_open_ends_within_a_second_of_stopping(self) -> None:
        """A runtime that cannot stop is killed, and with it what other connectors do."""
        stopping = threading.Event()
        sink = BlockingSink(self.create(self.unreachable_config(), stopping))
        expect_end_at_stopping("open", sink.open, sink.close, stopping)

    @contextmanager
    def _opened(self) -> Iterator[BlockingSink]:
        sink = BlockingSink(self.create(self.plugin_config()))
        try:
            sink.open()
            yield sink
        finally:
            sink.close()

    def _batch(self, payloads: Sequence[bytes], *, first_offset: int = 0) -> Batch:
        return make_batch(payloads, schema=self.schema, first_offset=first_offset)

    def _deliver(self, sink: BlockingSink, payloads: Sequence[bytes]) -> None:
        """Do what the runtime does with a RecordError: the same batch again without the record."""
        try:
            sink.consume(self._batch(payloads))
        except RecordError as error:
            offset = error.offset
            expect(offset is None or 0 <= offset < len(payloads), f"{offset} is not in the batch")
            if offset is not None:
                self._deliver(sink, [*payloads[:offset], *payloads[offset + 1 :]])
            elif len(payloads) > 1:
                for payload in payloads:
                    self._deliver(sink, [payload])

    def _expect_empty_target(self) -> None:
        found = self.read_target()
        expect(not found, "the target is not empty when the test begins: give each its own")

    def _expect_in_target(self, when: str) -> None:
        found = self.read_target()
        if found is None:
            raise skip("nobody can read the target")
        expect_all(self._batch(self.payloads).values, found, f"the target lacks records {when}")
