"""What a sink offers of a batch that it could not take: outages and poison, told apart."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.troubled_slice import TroubledSlice
from connectors import RecordError
from connectors.outcome import BatchOutcome, Rejection
from tests.connectors.messages import FIRST_OFFSET, Message, messages

TAKEN = BatchOutcome((), 0)
MOST_OFFERS = 2000

# An outage: the offer at which it begins, and how many offers it lasts.
OUTAGES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=2)
POISONED_BATCHES = st.integers(1, 40).flatmap(
    lambda count: st.tuples(
        st.just(count), st.sets(st.integers(0, count - 1), max_size=count - 1 if count > 1 else 0)
    )
)


def batch_of(count: int) -> list[Message]:
    return messages(*[str(number).encode() for number in range(count)])


def offsets_of(slice_: TroubledSlice) -> list[int]:
    return [message.offset() for message in slice_.offer()]


class Target:
    """Takes what is not poison while it is up; `is_down` is asked with the number of the offer."""

    def __init__(
        self, slice_: TroubledSlice, poison: set[int], is_down: Callable[[int], bool]
    ) -> None:
        self.slice = slice_
        self.poison = {FIRST_OFFSET + row for row in poison}
        self.is_down = is_down
        self.offers = 0
        self.taken: list[int] = []

    def work(self, *, offers: int = MOST_OFFERS, is_passing: bool = False) -> None:
        """Take or fail, until everything is dealt with or so many offers were made."""
        for _ in range(offers):
            if self.slice.is_done:
                return
            offsets = offsets_of(self.slice)
            assert offsets == sorted(offsets)
            if self.is_down(self.offers):
                self.slice.failed(ConnectionError("down"), is_passing=is_passing)
            elif self.poison & set(offsets):
                self.slice.failed(ValueError("bare"), is_passing=False)
            else:
                self.taken += offsets
                self.slice.succeeded(TAKEN, offsets)
            self.offers += 1


def always(_offer: int) -> bool:
    return True


def never(_offer: int) -> bool:
    return False


def during(outages: Sequence[tuple[int, int]]) -> Callable[[int], bool]:
    return lambda offer: any(first <= offer < first + length for first, length in outages)


@given(batch=POISONED_BATCHES, outages=OUTAGES, is_passing=st.booleans())
def test_exactly_the_poison_is_refused_and_all_else_is_delivered_whatever_the_outages(
    batch: tuple[int, set[int]], outages: list[tuple[int, int]], is_passing: bool
) -> None:
    count, poison = batch
    target = Target(TroubledSlice(batch_of(count)), poison, during(outages))
    target.work(is_passing=is_passing)
    assert target.slice.is_done
    assert target.slice.refused.keys() == target.poison
    assert set(target.taken) | target.poison == {FIRST_OFFSET + row for row in range(count)}


@given(count=st.integers(1, 200), is_passing=st.booleans())
def test_a_target_that_takes_nothing_has_no_record_refused(count: int, is_passing: bool) -> None:
    target = Target(TroubledSlice(batch_of(count)), set(), always)
    target.work(offers=300, is_passing=is_passing)
    assert not target.slice.refused
    assert not target.slice.is_done
    target.is_down = never
    target.work()
    assert sorted(target.taken) == [FIRST_OFFSET + row for row in range(count)]


@given(count=st.integers(2, 40), data=st.data())
def test_without_an_outage_every_record_is_delivered_in_order(
    count: int, data: st.DataObject
) -> None:
    """One that got through before may be offered once more, when nothing else is left to try."""
    poison = data.draw(st.sets(st.integers(0, count - 1), max_size=1))
    target = Target(TroubledSlice(batch_of(count)), poison, never)
    target.work()
    times = Counter(target.taken)
    assert list(times) == sorted(times)
    assert set(times.values()) <= {1} or len(poison) == 1


def test_fifty_bare_exceptions_and_nothing_is_skipped() -> None:
    target = Target(TroubledSlice(batch_of(10)), set(), lambda offer: offer < 50)
    target.work()
    assert target.offers > 50
    assert not target.slice.refused
    assert sorted(target.taken) == [FIRST_OFFSET + row for row in range(10)]


def test_one_record_of_a_thousand_is_found_with_few_offers() -> None:
    target = Target(TroubledSlice(batch_of(1000)), {617}, never)
    target.work()
    assert list(target.slice.refused) == [FIRST_OFFSET + 617]
    assert "ValueError: bare" in str(target.slice.refused[FIRST_OFFSET + 617])
    assert target.offers <= 5 + 2 * 10 + 6


def test_the_whole_batch_is_offered_five_times_before_it_is_halved() -> None:
    slice_ = TroubledSlice(batch_of(8))
    sizes = []
    for _ in range(7):
        sizes.append(len(slice_.offer()))
        slice_.failed(ValueError("bare"), is_passing=False)
    assert sizes == [8, 8, 8, 8, 8, 4, 2]


def test_most_of_a_batch_may_be_poison() -> None:
    target = Target(TroubledSlice(batch_of(200)), set(range(199)), never)
    target.work(offers=10_000)
    assert target.slice.refused.keys() == target.poison
    assert set(target.taken) == {FIRST_OFFSET + 199}


def test_the_search_for_poison_is_no_attempt_and_does_not_slow_down() -> None:
    slice_ = TroubledSlice(batch_of(1000))
    for _ in range(5):
        slice_.failed(ValueError("bare"), is_passing=False)
    assert (slice_.failures, slice_.attempts) == (5, 5)
    for _ in range(8):
        slice_.failed(ValueError("bare"), is_passing=False)
        assert (slice_.failures, slice_.attempts) == (1, 5)
    slice_.failed(ConnectionError("down"), is_passing=True)
    assert (slice_.failures, slice_.attempts) == (6, 6)


def test_an_error_that_passes_never_has_the_batch_halved() -> None:
    slice_ = TroubledSlice(batch_of(8))
    for _ in range(100):
        slice_.failed(ConnectionError("down"), is_passing=True)
    assert len(slice_.offer()) == 8
    assert (slice_.failures, slice_.attempts) == (100, 100)


def test_a_batch_of_one_record_is_never_skipped() -> None:
    target = Target(TroubledSlice(batch_of(1)), {0}, never)
    target.work(offers=300)
    assert not target.slice.is_done
    assert not target.slice.refused


def lonely(witness_offset: int) -> TroubledSlice:
    """Return a slice of one record, with a message from outside as its witness."""
    slice_ = TroubledSlice(batch_of(1))
    slice_.call_witness(Message(b"beside", witness_offset))
    return slice_


BESIDE = FIRST_OFFSET - 1


def test_a_record_alone_is_refused_when_its_witness_gets_through_each_time() -> None:
    target = Target(lonely(BESIDE), {0}, never)
    target.work()
    assert target.slice.is_done
    assert list(target.slice.refused) == [FIRST_OFFSET]
    assert target.taken == [BESIDE] * 2


@given(outages=OUTAGES)
def test_a_record_alone_that_is_no_poison_is_delivered_whatever_the_outages(
    outages: list[tuple[int, int]],
) -> None:
    target = Target(lonely(BESIDE), set(), during(outages))
    target.work()
    assert not target.slice.refused
    assert target.taken[-1] == FIRST_OFFSET


@pytest.mark.parametrize("is_filtered", [False, True])
def test_a_witness_that_fails_or_is_filtered_tells_nothing_and_goes(is_filtered: bool) -> None:
    slice_ = lonely(BESIDE)
    while offsets_of(slice_) == [FIRST_OFFSET]:
        slice_.failed(ValueError("bare"), is_passing=False)
    assert offsets_of(slice_) == [BESIDE]
    if is_filtered:
        slice_.succeeded(TAKEN, [])
    else:
        slice_.failed(ValueError("bare"), is_passing=False)
    assert slice_.wants_witness
    assert offsets_of(slice_) == [FIRST_OFFSET]
    assert not slice_.refused


def test_what_is_filtered_does_not_show_that_the_target_is_there() -> None:
    slice_ = TroubledSlice(batch_of(2))
    for _ in range(200):
        offered = offsets_of(slice_)
        if FIRST_OFFSET in offered:
            slice_.failed(ValueError("down"), is_passing=False)
        else:
            slice_.succeeded(TAKEN, [])
    assert not slice_.refused


def test_a_record_that_the_sink_names_is_left_out_and_the_rest_offered_again() -> None:
    slice_ = TroubledSlice(batch_of(4))
    assert slice_.refuse(RecordError("bad", offset=FIRST_OFFSET + 2))
    assert [message.offset() - FIRST_OFFSET for message in slice_.offer()] == [0, 1, 3]
    assert list(slice_.refused) == [FIRST_OFFSET + 2]
    slice_.succeeded(TAKEN, offsets_of(slice_))
    assert slice_.is_done


@pytest.mark.parametrize("offset", [None, FIRST_OFFSET - 1, FIRST_OFFSET + 4])
def test_an_error_that_names_none_of_the_records_refuses_none(offset: int | None) -> None:
    slice_ = TroubledSlice(batch_of(4))
    assert not slice_.refuse(RecordError("bad", offset=offset))
    assert (len(slice_.offer()), slice_.refused) == (4, {})


def test_what_was_rejected_counts_when_the_rest_was_taken() -> None:
    slice_ = TroubledSlice(batch_of(4))
    rejected = Rejection(FIRST_OFFSET + 1, RecordError("bad"))
    slice_.succeeded(BatchOutcome((rejected,), 0), offsets_of(slice_))
    assert slice_.is_done
    assert list(slice_.refused) == [FIRST_OFFSET + 1]


def test_who_stops_before_a_refused_record_still_offers_all_before_it() -> None:
    slice_ = TroubledSlice(batch_of(6))
    slice_.refuse(RecordError("bad", offset=FIRST_OFFSET + 3))
    slice_.stop_before_refused()
    assert [message.offset() - FIRST_OFFSET for message in slice_.offer()] == [0, 1, 2]
    slice_.succeeded(TAKEN, offsets_of(slice_))
    assert slice_.is_done
