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

All calls of one sink come from one thread, which is not that of the test; where it is killed, from
a process of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from config.model import Schema
from connectors.batch import Batch
from connectors.errors import RecordError
from connectors.plugin import Sink
from connectors.testing.batches import make_batch
from connectors.testing.killed_plugin import KilledPlugin
from connectors.testing.plugin_contract import PluginContract, expect, expect_all, skip
from connectors.testing.plugin_thread import PluginThread
from connectors.testing.timed_plugins import TimedSink

_UNREADABLE = {Schema.JSON: b"{", Schema.TEXT: b"\xff"}
_FIRST_KILLS = 3


class SinkContract(PluginContract[Sink, TimedSink]):
    """`payloads` are records that the sink can write, all different, at least two.

    `plugin_config` always names the same target in one test, which is empty at its begin.
    """

    schema: Schema | str = Schema.JSON
    payloads: Sequence[bytes] = (b'{"id":1,"text":"one"}', b'{"id":2,"text":"zwei \xc3\xa4"}')

    def read_target(self) -> Sequence[Any] | None:
        """Return the records that are in the target now, each as `record.payload` gave it.

        It is called when no sink is open. None: nobody can read what this sink wrote.
        """
        raise NotImplementedError("read_target is to return what is in the target")

    def test_what_was_consumed_is_in_the_target(self) -> None:
        """Batch after batch, also those of another sink after a restart."""
        self._expect_empty_target()
        half = len(self.payloads) // 2
        with self._opened() as sink:
            sink.consume(self._batch(self.payloads[:half]))
        with self._opened() as sink:
            self._consume_each(sink, range(half, len(self.payloads)))
        self._expect_in_target("of what was consumed")

    def test_nothing_is_left_in_memory_when_consume_returns(self) -> None:
        """The offsets move then: what a crash takes with it would be lost for ever.

        The crash comes after the first call; in the next process after the second, and so on.
        """
        self._expect_empty_target()
        counts = range(1, len(self.payloads) + 1)
        for count in sorted({*counts[:_FIRST_KILLS], *counts[-1:]}):
            with self._killed(self.plugin_config()) as sink:
                sink.open()
                self._consume_each(sink, range(count))
            when = f"when the process is killed after call {count} of consume"
            self._expect_in_target(when, self.payloads[:count])

    def test_nothing_of_a_large_batch_is_left_in_memory_when_consume_returns(self) -> None:
        """The crash comes after a call with all payloads in one batch."""
        self._expect_empty_target()
        with self._killed(self.plugin_config()) as sink:
            sink.open()
            sink.consume(self._batch(self.payloads))
        self._expect_in_target("when the process is killed after a batch of several records")

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

    @contextmanager
    def _opened(self) -> Iterator[TimedSink]:
        with self._created(self.plugin_config()) as sink:
            try:
                sink.open()
                yield sink
            finally:
                sink.close()

    def _timed(self, plugin: Sink, thread: PluginThread) -> TimedSink:
        return TimedSink(plugin, thread)

    def _batch(self, payloads: Sequence[bytes], *, first_offset: int = 0) -> Batch:
        return make_batch(payloads, schema=self.schema, first_offset=first_offset)

    def _consume_each(self, sink: TimedSink | KilledPlugin, offsets: range) -> None:
        for at in offsets:
            sink.consume(self._batch([self.payloads[at]], first_offset=at))

    def _deliver(self, sink: TimedSink, payloads: Sequence[bytes]) -> None:
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

    def _expect_in_target(self, when: str, payloads: Sequence[bytes] | None = None) -> None:
        found = self.read_target()
        if found is None:
            raise skip("nobody can read the target")
        wanted = self._batch(self.payloads if payloads is None else payloads).values
        expect_all(wanted, found, f"the target lacks records {when}")
