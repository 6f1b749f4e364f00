"""When a consumer looks at its group, and what it makes of it; times are seconds of no clock."""

import logging
from dataclasses import replace

import pytest

from actors.iggy.group_census import GroupCensus
from actors.iggy.group_lock import group_lock
from actors.iggy.group_look import GroupLook
from actors.iggy.group_topic import GroupTopic
from actors.iggy.group_watch import GroupWatch
from actors.iggy.stored_offsets import lowest

WHERE = GroupTopic(stream="stream", topic="topic", group="group")


def look(*, members: int, connected: int, is_sure: bool = True) -> GroupLook:
    census = GroupCensus(members=members, connected=connected, is_sure=is_sure)
    return GroupLook(is_locked=False, census=census, stored={})


def watching(where: GroupTopic = WHERE, *, repairs: bool = True) -> GroupWatch:
    watch = GroupWatch(where, repairs=repairs)
    watch.connected()
    watch.entered(100)
    return watch


def test_it_looks_at_once_and_no_more_when_the_group_is_whole() -> None:
    watch = watching()
    assert watch.next_look_s == 100
    watch.looked(look(members=2, connected=2), 100)
    assert watch.is_whole
    assert watch.next_look_s is None


@pytest.mark.parametrize("seen", [look(members=3, connected=2), look(members=1, connected=1)])
def test_it_looks_again_in_a_second_while_that_is_not_sure(seen: GroupLook) -> None:
    watch = watching()
    assert seen.census is not None
    watch.looked(replace(seen, census=replace(seen.census, is_sure=False)), 100)
    assert (watch.is_whole, watch.next_look_s, watch.held) == (False, 101, None)


def test_members_that_are_dead_for_5_s_hold_the_group() -> None:
    watch = watching()
    for now_s in range(100, 105):
        watch.looked(look(members=4, connected=2), now_s)
        assert watch.held is None
    watch.looked(look(members=4, connected=2), 105)
    assert "is held by 2 dead members of a server that crashed" in str(watch.held)
    assert watch.is_repair_due(105, has_limits=True)
    watch.looked(look(members=2, connected=2), 106)
    assert watch.held is None
    assert not watch.is_repair_due(106, has_limits=True)


def test_after_a_repair_that_did_not_help_the_next_comes_in_a_minute_or_after_a_reconnect() -> None:
    watch = watching()
    watch.repaired(100)
    watch.entered(100)
    watch.looked(look(members=2, connected=1), 100)
    watch.looked(look(members=2, connected=1), 105)
    assert watch.held is not None
    assert not watch.is_repair_due(159, has_limits=True)
    assert watch.is_repair_due(160, has_limits=True)
    watch.connected()
    assert watch.is_repair_due(106, has_limits=True)


@pytest.mark.parametrize(
    ("where", "repairs", "remedy"),
    [(WHERE, False, "repair_groups"), (replace(WHERE, group="7"), True, "delete the group")],
)
def test_where_nothing_is_repaired_a_person_is_told_what_to_do(
    where: GroupTopic, repairs: bool, remedy: str
) -> None:
    watch = watching(where, repairs=repairs)
    watch.looked(look(members=2, connected=1), 100)
    watch.looked(look(members=2, connected=1), 105)
    assert remedy in str(watch.held)
    assert not watch.is_repair_due(1000, has_limits=True)


def test_who_knows_of_lower_offsets_repairs_2_s_before_others() -> None:
    watch = watching()
    watch.looked(look(members=2, connected=1), 100)
    watch.looked(look(members=2, connected=1), 105)
    assert watch.is_repair_due(105, has_limits=True)
    assert not watch.is_repair_due(106.9, has_limits=False)
    assert watch.is_repair_due(107, has_limits=False)


def test_who_is_not_told_who_is_connected_goes_on_looking_for_a_lock_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch = watching()
    with caplog.at_level(logging.WARNING):
        for now_s in (100, 105):
            watch.looked(GroupLook(is_locked=False, census=None, stored={}), now_s)
    assert (watch.is_whole, watch.may_repair, watch.next_look_s) == (True, False, 110)
    assert caplog.text.count("does not tell") == 1


def test_who_was_not_told_once_may_repair_when_told_again_and_counts_the_5_s_anew() -> None:
    watch = watching()
    watch.looked(look(members=2, connected=1), 100)
    watch.looked(look(members=2, connected=1), 105)
    watch.looked(GroupLook(is_locked=False, census=None, stored={}), 106)
    assert watch.held is None
    assert not watch.is_repair_due(120, has_limits=True)
    watch.looked(look(members=2, connected=1), 111)
    assert (watch.may_repair, watch.is_whole) == (True, False)
    assert not watch.is_repair_due(115, has_limits=True)
    watch.looked(look(members=2, connected=1), 116)
    assert watch.is_repair_due(116, has_limits=True)


@pytest.mark.parametrize("group", ["7", "+07", "x" * 249])
def test_a_group_that_cannot_be_created_again_has_no_lock(group: str) -> None:
    assert group_lock(replace(WHERE, group=group)) is None


def test_the_lock_is_a_group_beside() -> None:
    assert group_lock(WHERE) == replace(WHERE, group="group.repair")


def test_of_what_is_kept_of_a_partition_the_lowest_counts() -> None:
    assert lowest([{0: 5, 1: None, 2: 0}, {0: 3, 1: 9, 3: None}]) == {0: 3, 1: 9, 2: 0, 3: None}
