"""What every source must do, as tests: subclass it in a test file, and pytest runs them.

    class TestCountSource(SourceContract):
        plugin_class = CountSource

All calls of one source come from one thread, which is not that of the test; where it is killed,
from a process of its own.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager

from config.errors import ConfigError
from config.model import Schema
from connectors.errors import FatalError
from connectors.plugin import Source
from connectors.produced import Produced
from connectors.testing.plugin_contract import PluginContract, expect, expect_all, skip
from connectors.testing.plugin_thread import PluginThread
from connectors.testing.source_run import Payloads, SourceRun
from connectors.testing.timed_plugins import TimedSource

_BATCHES = 3
_WAITS_S = 0.5  # a poll that goes on for so long has nothing
_DRAINED_WITHIN_S = 2.0
_NO_STATE = b"\xc1 this is no state \xff"


class SourceContract(PluginContract[Source, TimedSource]):
    """The source must have records for three polls, no two of them the same.

    Each time it is opened without a state it has to yield the same records; where it takes them
    away from their origin, `plugin_config` has to make a new origin with the same records at each
    call. `makes_up_records` tells that it invents them, so that the same never come again.
    """

    schema: Schema | str = Schema.JSON
    makes_up_records = False

    def test_records_can_be_sent(self) -> None:
        """In the form that a stream with `schema` holds, with a state of bytes if with any."""
        run = self._run()
        with self._opened(self.plugin_config()) as source:
            run.next(source)

    def test_other_records_come_after_an_ack(self) -> None:
        """What Iggy has must not come again and again."""
        sent = self._uninterrupted()
        expect(len(set(sent)) == len(sent), "records that were acknowledged come again")

    def test_the_same_records_come_after_a_nack(self) -> None:
        """They are not in Iggy: who goes on to the next ones loses them. Two may come in a row."""
        wanted, run = self._repeatable(), self._run()
        with self._opened(self.plugin_config()) as source:
            while len(run.sent) < len(wanted):
                for _ in range(2 if run.sent else 1):
                    run.refuse(source)
                run.accept(source)
                run.expect_begin_of(wanted, "after a Nack")

    def test_a_restart_goes_on_behind_what_was_acknowledged(self) -> None:
        """The state of a batch is that from which to go on when Iggy has the batch."""
        wanted = self._uninterrupted()
        for batches in range(1, _BATCHES):
            run, config = self._run(), self.plugin_config()
            with self._opened(config) as source:
                for _ in range(batches):
                    run.accept(source)
            if run.state is None:
                raise skip("the source keeps no state")
            with self._opened(config, run.restart()) as source:
                while len(run.sent) < len(wanted):
                    run.accept(source)
                    if not self.makes_up_records:
                        run.expect_begin_of(wanted, "after a restart with the saved state")

    def test_a_restart_repeats_what_was_not_acknowledged(self) -> None:
        """A crash came between `poll` and the Ack, so that the old state still holds."""
        wanted, run, config = self._repeatable(), self._run(), self.plugin_config()
        for _ in range(_BATCHES):
            with self._opened(config, run.restart()) as source:
                run.next(source)
            with self._opened(config, run.restart()) as source:
                run.accept(source)
            run.expect_begin_of(wanted, "after a crash")
            if run.state is None:  # then it may begin anew
                break

    def test_nothing_is_lost_when_the_process_is_killed(self) -> None:
        """Before Iggy has a batch; before the source learns that it has; and after that."""
        wanted, run, config = self._repeatable(), self._run(), self.plugin_config()
        with self._killed(config) as source:
            source.open()
            run.accept(source)
            run.next(source)
        has_state = run.state is not None
        with self._killed(config) as source:
            source.open(run.restart() if has_state else None)
            run.send(run.next(source))
            if has_state:
                run.expect_begin_of(wanted, "when the process is killed after an Ack")
        seen = len(run.sent)
        with self._killed(config) as source:
            source.open(run.state)
            while wanted[-1] not in run.sent[seen:] and len(run.sent) < seen + len(wanted):
                run.accept(source)
        expect_all(wanted, run.sent, "records are lost when the process is killed")

    def test_a_state_that_cannot_be_read_is_judged(self) -> None:
        """FatalError (a person must act) from `open` or the first `poll`, or a new start."""
        with self._created(self.plugin_config()) as source:
            try:
                source.open(_NO_STATE)
                polling = source.begin_poll()
                wait([polling], _WAITS_S)
                source.thread.stopping.set()
                source.thread.result("poll", polling)
            except (FatalError, ConfigError):
                pass
            except Exception as error:
                error.add_note("for a damaged state, which is to be a FatalError or a new start")
                raise
            finally:
                source.close()

    def test_poll_ends_within_a_second_of_stopping(self) -> None:
        """Also while it waits for records that do not come, and when it has just been called."""
        with self._opened(self.plugin_config()) as source:
            polling = self._waiting_poll(source)
            source.thread.expect_end("poll", polling)
            if not polling.exception() and polling.result():
                source.on_batch_result(accepted=True)
            source.thread.expect_end("poll", source.begin_poll())

    @contextmanager
    def _opened(self, config: object, state: bytes | None = None) -> Iterator[TimedSource]:
        with self._created(config) as source:
            try:
                source.open(state)
                yield source
            finally:
                source.close()

    def _timed(self, plugin: Source, thread: PluginThread) -> TimedSource:
        return TimedSource(plugin, thread)

    def _run(self) -> SourceRun:
        return SourceRun(Schema(self.schema), self.hook_limit_s)

    def _uninterrupted(self) -> Payloads:
        """Return what the source sends when nothing happens to it."""
        run = self._run()
        with self._opened(self.plugin_config()) as source:
            for _ in range(_BATCHES):
                run.accept(source)
        return run.sent

    def _repeatable(self) -> Payloads:
        if self.makes_up_records:
            raise skip("the source makes up its records")
        return self._uninterrupted()

    def _waiting_poll(self, source: TimedSource) -> Future[Produced | None]:
        """Take what there is, and begin a poll that finds nothing more, as far as can be told."""
        end_s = time.monotonic() + _DRAINED_WITHIN_S
        while time.monotonic() < end_s:
            polling = source.begin_poll()
            wait([polling], _WAITS_S)
            if not polling.done():
                return polling
            if source.thread.result("poll", polling):
                source.on_batch_result(accepted=True)
        return source.begin_poll()
