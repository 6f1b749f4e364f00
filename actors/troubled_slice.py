"""A batch that a sink could not take as it was: what of it is to be offered next.

Records that the plugin named are left out at once. When the plugin only says that something is
wrong, the same again; after some times the batch is narrowed down by halving, so that one record
that nobody can take does not hold up all others. Where nothing gets through, the whole batch is
offered again, and narrowed down with twice the patience: most of its records may be at fault.

A record is given up when it failed alone, again and again, and each time something else got
through in between: a target that takes nothing is down, and then no record is to blame. Where all
others are delivered already, the last one of them is offered once more for that. Where there never
were others, a message from before or behind the batch can be the witness.
"""

from collections import Counter, deque
from collections.abc import Collection, Sequence

from connectors import RecordError
from connectors.message import ReceivedMessage
from connectors.outcome import BatchOutcome

_TRIES_BEFORE_NARROWING = 5
_FAILURES_ALONE = 3


class TroubledSlice:
    """Belongs to one SinkConnector and is used in its thread only.

    `refused` maps the offsets of records that were given up to the reason. `attempts` counts the
    failures in a row that are no part of narrowing down; the pause goes by `failures`, which is 1
    while narrowing down and else the same. `offers` counts all that were made.
    """

    def __init__(self, messages: Sequence[ReceivedMessage]) -> None:
        self._messages = messages
        self.refused: dict[int, RecordError] = {}
        self.failures = 0
        self.attempts = 0
        self.offers = 0
        self._witness: ReceivedMessage | None = None
        self._is_witness_ours = False
        self._most_tries = _TRIES_BEFORE_NARROWING + 2 * len(messages).bit_length() + 4
        self._begin(list(range(len(messages))))

    def _begin(self, rows: list[int]) -> None:
        self._pending = deque([rows])
        self._held: list[int] = []
        self._failures_alone: Counter[int] = Counter()
        self._tries = 0
        self._is_narrowing = False

    @property
    def is_done(self) -> bool:
        """Tell whether every record was delivered or refused."""
        return not self._pending and not self._held

    @property
    def wants_witness(self) -> bool:
        """Tell whether nothing is known that a target that is there would take."""
        return self._witness is None

    def call_witness(self, message: ReceivedMessage) -> None:
        """Offer a message from outside the batch when it is to be seen if the target is there."""
        self._witness, self._is_witness_ours = message, False

    def offer(self) -> list[ReceivedMessage]:
        """Return what the plugin is to get next, in order."""
        if self._pending:
            return [self._messages[row] for row in self._pending[0]]
        return [] if self._witness is None else [self._witness]

    def succeeded(self, outcome: BatchOutcome, delivered: Collection[int]) -> None:
        """Take note that `consume` returned, and of the offsets that are `delivered` by that.

        What else was offered was rejected, as the outcome says, or filtered before.
        """
        self.offers += 1
        rejected = {rejection.offset: rejection.error for rejection in outcome.rejections}
        through = [one for one in self.offer() if one.offset() in {*delivered} - rejected.keys()]
        if self._pending:
            own = {self._messages[row].offset() for row in self._pending.popleft()}
            self.refused |= {offset: rejected[offset] for offset in own & rejected.keys()}
            if through:
                self._witness, self._is_witness_ours = through[-1], True
        elif not through:
            self._witness = None
        self.failures = self.attempts = self._tries = 0
        if through:
            self._pending.extendleft([row] for row in reversed(self._held))
            self._held = []
        self._settle()

    def refuse(self, error: RecordError) -> bool:
        """Leave out the record of the offer that `error` names; False when it names none."""
        for row in self._pending[0] if self._pending else ():
            if self._messages[row].offset() == error.offset:
                self.offers += 1
                self._give_up(row, error)
                self._settle()
                return True
        return False

    def stop_before_refused(self) -> None:
        """Forget all records from the first refused one on; those before are still offered."""
        first = min(self.refused)
        rest = [[r for r in rows if self._messages[r].offset() < first] for rows in self._pending]
        self._pending = deque(rows for rows in rest if rows)
        self._held = [row for row in self._held if self._messages[row].offset() < first]
        self._settle()

    def failed(self, error: Exception, *, is_passing: bool) -> None:
        """Take note that the offer was not taken.

        A passing error says that the target is not there now: the same is offered again, as long
        as it takes. Any other may be about a record.
        """
        self.offers += 1
        is_attempt = is_passing or not self._is_narrowing
        self.attempts += is_attempt
        self.failures = self.attempts if is_attempt else 1
        if is_passing:
            return
        if not self._pending:
            self._witness_failed()
            return
        self._tries += 1
        rows = self._pending[0]
        if not self._is_narrowing:
            has_others = len(rows) > 1 or self._witness is not None
            self._is_narrowing = self._tries >= _TRIES_BEFORE_NARROWING and has_others
            if not self._is_narrowing:
                return
        if len(rows) > 1:
            middle = len(rows) // 2
            self._pending[0] = rows[middle:]
            self._pending.appendleft(rows[:middle])
        else:
            self._failed_alone(rows[0], error)
        self._settle()

    def _witness_failed(self) -> None:
        """Let one from outside go: it may be what nobody can take."""
        if not self._is_witness_ours:
            self._witness = None
        self._settle()

    def _failed_alone(self, row: int, error: Exception) -> None:
        self._failures_alone[row] += 1
        if self._failures_alone[row] < _FAILURES_ALONE:
            self._held.append(self._pending.popleft()[0])
        else:
            words = f"the sink cannot take it: {type(error).__name__}: {error}"
            self._give_up(row, RecordError(words, offset=self._messages[row].offset()))

    def _give_up(self, row: int, error: RecordError) -> None:
        self.refused[self._messages[row].offset()] = error
        self._pending[0].remove(row)
        if not self._pending[0]:
            self._pending.popleft()
        self.failures = self.attempts = self._tries = 0

    def _settle(self) -> None:
        """Begin again with all that is left when nothing gets through, whatever is offered."""
        has_none_to_try = not self._pending and self._witness is None
        if self._held and (has_none_to_try or self._tries > self._most_tries):
            self._most_tries *= 2
            self._begin(sorted([*self._held, *(row for rows in self._pending for row in rows)]))
