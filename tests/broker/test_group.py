"""How partitions change hands in a group, without sockets or clocks."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from broker.state.group import Group

TIMEOUT_S = 30.0
A, B, C = b"a", b"b", b"c"


class Stored(dict[int, int]):
    """The offsets the group stored, by partition."""


def make_group(partitions: int, *clients: bytes) -> tuple[Group, Stored]:
    stored = Stored()
    group = Group(1, 0, "group", stored.get)
    group.resize(range(partitions))
    for number, client in enumerate(clients):
        group.join(client, number, TIMEOUT_S)
    return group, stored


def test_the_first_member_gets_everything() -> None:
    group, _ = make_group(3, A)
    assert group.assignment(A) == [0, 1, 2]


def test_a_join_takes_the_excess_only() -> None:
    group, _ = make_group(5, A)
    group.join(B, 2, TIMEOUT_S)
    assert group.assignment(A) == [0, 1, 2]
    assert group.assignment(B) == [3, 4]
    group.join(C, 3, TIMEOUT_S)
    assert group.assignment(B) == [3, 4]
    assert group.assignment(C) == [2]


def test_more_members_than_partitions_leaves_some_with_nothing() -> None:
    group, _ = make_group(1, A, B)
    assert group.assignment(A) == [0]
    assert group.assignment(B) == []


def test_who_is_no_member_has_no_assignment() -> None:
    group, _ = make_group(1, A)
    assert group.assignment(B) is None
    assert not group.may_poll(B, 0)
    assert not group.may_store(B, 0)


def test_joining_again_changes_nothing() -> None:
    group, _ = make_group(2, A, B)
    generation = group.generation
    group.join(A, 1, TIMEOUT_S)
    assert group.generation == generation


def test_a_partition_with_nothing_in_flight_moves_at_once() -> None:
    group, stored = make_group(2, A)
    group.note_served(1, 99)
    stored[1] = 99
    group.join(B, 2, TIMEOUT_S)
    assert group.assignment(B) == [1]
    assert not group.may_store(A, 1)


def test_a_partition_in_flight_is_pending_until_its_owner_has_stored_all() -> None:
    group, stored = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    assert group.assignment(A) == [0]
    assert group.assignment(B) == []
    assert group.may_store(A, 1)
    assert not group.may_poll(A, 1)
    stored[1] = 50
    generation = group.generation
    group.note_stored(1)
    assert group.assignment(B) == []
    assert group.generation == generation
    stored[1] = 99
    group.note_stored(1)
    assert group.generation > generation
    assert group.assignment(B) == [1]
    assert not group.may_store(A, 1)


def test_a_pending_partition_moves_when_time_is_up() -> None:
    group, _ = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.expire(TIMEOUT_S - 1)
    assert group.assignment(B) == []
    generation = group.generation
    group.expire(TIMEOUT_S)
    assert group.generation > generation
    assert group.assignment(B) == [1]
    assert not group.may_store(A, 1)


def test_what_the_new_owner_was_served_counts_anew() -> None:
    group, stored = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.expire(TIMEOUT_S)
    group.leave(A)
    group.join(A, 3, TIMEOUT_S)
    assert stored == {}
    assert group.assignment(A) == [0] or group.assignment(A) == [1]


def test_a_leave_moves_everything_at_once() -> None:
    group, _ = make_group(4, A, B)
    for partition in range(4):
        group.note_served(partition, 10)
    group.leave(A)
    assert group.assignment(B) == [0, 1, 2, 3]


def test_the_owner_leaving_hands_a_pending_partition_over() -> None:
    group, _ = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.leave(A)
    assert group.assignment(B) == [0, 1]


def test_the_heir_leaving_gives_a_pending_partition_back() -> None:
    group, _ = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.leave(B)
    assert group.assignment(A) == [0, 1]


def test_another_join_does_not_give_the_owner_more_time() -> None:
    group, _ = make_group(3, A)
    group.note_served(1, 9)
    group.note_served(2, 9)
    group.join(B, 2, TIMEOUT_S)
    group.join(C, 3, TIMEOUT_S + 20)
    group.expire(TIMEOUT_S)
    assert group.assignment(B) == [2]
    assert group.assignment(C) == []
    group.expire(TIMEOUT_S + 20)
    assert group.assignment(C) == [1]


def test_another_number_of_partitions_moves_without_waiting() -> None:
    group, _ = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.resize(range(4))
    owned = (group.assignment(A) or []) + (group.assignment(B) or [])
    assert sorted(owned) == [0, 1, 2, 3]


def test_fewer_partitions_are_spread_again() -> None:
    group, _ = make_group(4, A, B)
    group.resize(range(2))
    assert len(group.assignment(A) or []) == len(group.assignment(B) or []) == 1


def test_a_purge_ends_the_waiting() -> None:
    group, _ = make_group(2, A)
    group.note_served(1, 99)
    group.join(B, 2, TIMEOUT_S)
    group.note_purged()
    assert group.assignment(B) == [1]


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.group, self.stored = make_group(5)
        self.partitions = 5
        self.now_s = 0.0

    clients = st.sampled_from([A, B, C, b"d", b"e", b"f", b"g"])

    @rule(client=clients)
    def join(self, client: bytes) -> None:
        self.group.join(client, 1, self.now_s + TIMEOUT_S)

    @rule(client=clients)
    def leave(self, client: bytes) -> None:
        self.group.leave(client)
        assert self.group.assignment(client) is None

    @rule(client=clients, partition=st.integers(0, 7), offset=st.integers(0, 50))
    def poll(self, client: bytes, partition: int, offset: int) -> None:
        if self.group.may_poll(client, partition):
            self.group.note_served(partition, offset)

    @rule(client=clients, partition=st.integers(0, 7), offset=st.integers(0, 50))
    def store(self, client: bytes, partition: int, offset: int) -> None:
        if self.group.may_store(client, partition):
            self.stored[partition] = offset
            self.group.note_stored(partition)

    @rule(partitions=st.integers(0, 8))
    def resize(self, partitions: int) -> None:
        self.partitions = partitions
        self.group.resize(range(partitions))

    @rule(seconds=st.floats(0, TIMEOUT_S))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.group.expire(self.now_s)

    @invariant()
    def a_partition_has_one_owner_at_most(self) -> None:
        owned = Counter(
            partition
            for client in self.group.members
            for partition in self.group.assignment(client) or []
        )
        assert all(count == 1 for count in owned.values())
        assert owned.keys() <= set(range(self.partitions))

    def teardown(self) -> None:
        """When time is up, everything is shared evenly."""
        self.group.expire(float("inf"))
        shares = [self.group.assignment(client) or [] for client in self.group.members]
        assert sum(map(len, shares)) == (self.partitions if shares else 0)
        sizes = [len(share) for share in shares] or [0]
        assert max(sizes) - min(sizes) <= 1


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=100, deadline=None)
