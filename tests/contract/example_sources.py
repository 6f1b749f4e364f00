"""Sources that count to twelve: two as they should be, and one for each mistake."""

import asyncio
import time
from typing import Any

from connectors import FatalError, Produced, ProducedRecord, Source

END = 12
LENGTH = 3


class GoodSource(Source):
    def open(self, state: bytes | None) -> None:
        self.next = self.reached = self.read_state(state)

    def read_state(self, state: bytes | None) -> int:
        try:
            return int(state or 0)
        except ValueError as error:
            raise FatalError("the state is no number") from error

    def poll(self) -> Produced | None:
        if self.next == END:
            self.wait()
            return None
        self.reached = self.next + LENGTH
        return self.produce(self.next, self.reached)

    def produce(self, begin: int, end: int) -> Produced:
        records = [ProducedRecord({"n": n}) for n in range(begin, end)]
        return Produced(records, state=str(end).encode())

    def wait(self) -> None:
        self.stopping.wait(60)

    def on_batch_result(self, accepted: bool) -> None:
        if accepted:
            self.next = self.reached


class GoodAsyncSource(Source):
    async def open(self, state: bytes | None) -> None:
        try:
            self.next = self.reached = int(state or 0)
        except ValueError as error:
            raise FatalError("the state is no number") from error

    async def poll(self) -> Produced | None:
        if self.next == END:
            await asyncio.sleep(60)
        self.reached = self.next + LENGTH
        records = [ProducedRecord({"n": n}) for n in range(self.next, self.reached)]
        return Produced(records, state=str(self.reached).encode())

    async def on_batch_result(self, accepted: bool) -> None:
        if accepted:
            self.next = self.reached


class StatelessSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records)


class HastySource(GoodSource):
    def poll(self) -> Produced | None:
        produced = super().poll()
        self.next = self.reached
        return produced


class RepeatingSource(GoodSource):
    def on_batch_result(self, accepted: bool) -> None:
        pass


class ForgetfulSource(GoodSource):
    def read_state(self, state: bytes | None) -> int:  # noqa: ARG002
        return 0


class AheadSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records, state=str(end + 1).encode())


class UnsendableSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        records = [ProducedRecord(object()) for _ in range(begin, end)]
        return Produced(records, state=str(end).encode())


class TextStateSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        state: Any = str(end)
        return Produced(super().produce(begin, end).records, state=state)


class FragileStateSource(GoodSource):
    def read_state(self, state: bytes | None) -> int:
        return int(state or 0)


class EmptySource(GoodSource):
    def poll(self) -> Produced | None:
        self.stopping.wait(0.01)
        return None


class StubbornPollSource(GoodSource):
    def wait(self) -> None:
        time.sleep(3)


class StubbornOpenSource(GoodSource):
    def open(self, state: bytes | None) -> None:
        super().open(state)
        time.sleep(3)


class CloseNeedsOpenSource(GoodSource):
    def close(self) -> None:
        self.next += 1


class CloseOnceSource(GoodSource):
    is_closed = False

    def close(self) -> None:
        if self.is_closed:
            raise OSError("closed already")
        self.is_closed = True
