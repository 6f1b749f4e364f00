"""Sources that count to twelve: four as they should be, and one for each mistake."""

import asyncio
import time
from pathlib import Path
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


class LateJudgingSource(GoodSource):
    """Reads its state when it first needs it."""

    def open(self, state: bytes | None) -> None:
        self.state = state
        self.next = self.reached = -1

    def poll(self) -> Produced | None:
        if self.next < 0:
            self.next = self.read_state(self.state)
        return super().poll()


class QueueSource(GoodSource):
    """Takes what was acknowledged out of a file, and keeps no state."""

    def read_state(self, state: bytes | None) -> int:  # noqa: ARG002
        return int(Path(self.config["file"]).read_text())

    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records)

    def on_batch_result(self, accepted: bool) -> None:
        super().on_batch_result(accepted)
        Path(self.config["file"]).write_text(str(self.next))


class StatelessSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records)


class HastySource(GoodSource):
    def poll(self) -> Produced | None:
        produced = super().poll()
        self.next = self.reached
        return produced


class ImpatientSource(GoodSource):
    refusals = 0

    def on_batch_result(self, accepted: bool) -> None:
        self.refusals = 0 if accepted else self.refusals + 1
        super().on_batch_result(accepted or self.refusals == 2)


class HalvingSource(GoodSource):
    length = LENGTH

    def produce(self, begin: int, end: int) -> Produced:
        produced = super().produce(begin, end)
        return Produced(produced.records[: self.length], state=produced.state)

    def on_batch_result(self, accepted: bool) -> None:
        super().on_batch_result(accepted)
        self.length = LENGTH if accepted else LENGTH // 2


class RepeatingSource(GoodSource):
    def on_batch_result(self, accepted: bool) -> None:
        pass


class ForgetfulSource(GoodSource):
    def read_state(self, state: bytes | None) -> int:  # noqa: ARG002
        return 0


class AheadSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records, state=str(end + 1).encode())


class LengthStateSource(GoodSource):
    def produce(self, begin: int, end: int) -> Produced:
        return Produced(super().produce(begin, end).records, state=str(end - begin).encode())


class RememberingSource(GoodSource):
    """Leaves the state alone, and its cursor in the memory of the process."""

    def read_state(self, state: bytes | None) -> int:
        return 0 if state is None else getattr(RememberingSource, "cursor", 0)

    def on_batch_result(self, accepted: bool) -> None:
        super().on_batch_result(accepted)
        RememberingSource.cursor = self.next  # type: ignore[attr-defined]


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


class LateFragileStateSource(LateJudgingSource):
    def read_state(self, state: bytes | None) -> int:
        return int(state or 0)


class EmptySource(GoodSource):
    def poll(self) -> Produced | None:
        self.stopping.wait(0.01)
        return None


class StubbornPollSource(GoodSource):
    def wait(self) -> None:
        time.sleep(1.6)


class SlowlyOpenedSource(StubbornPollSource):
    def open(self, state: bytes | None) -> None:
        super().open(state)
        time.sleep(0.3)


class SlowlyDrainedSource(StubbornPollSource):
    def poll(self) -> Produced | None:
        time.sleep(0.2)
        return super().poll()


class StubbornOpenSource(GoodSource):
    def open(self, state: bytes | None) -> None:
        super().open(state)
        time.sleep(1.6)


class CloseNeedsOpenSource(GoodSource):
    def close(self) -> None:
        self.next += 1


class CloseOnceSource(GoodSource):
    is_closed = False

    def close(self) -> None:
        if self.is_closed:
            raise OSError("closed already")
        self.is_closed = True
