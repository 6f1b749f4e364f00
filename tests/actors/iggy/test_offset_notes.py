"""What a consumer makes of stored offsets that a crashed server may take back."""

from actors.iggy.offset_notes import OffsetNotes


def noted(*stored: int | None) -> OffsetNotes:
    """Note what partition 0 had stored at each of several connects."""
    notes = OffsetNotes()
    for offset in stored:
        notes.connected({0: offset})
    return notes


def test_what_is_stored_counts_while_there_is_no_lower_note() -> None:
    for stored in ((), (5,), (5, 3), (5, 5), (None,), (0, None), (None, 0)):
        assert noted(*stored).limits() == {}


def test_a_value_that_comes_back_after_a_crash_is_limited_by_the_cut_one() -> None:
    assert noted(1099, 1400).limit(0) == 1099
    assert noted(1400, 1099, 1400, 1200).limits() == {0: 1099}


def test_a_cut_to_nothing_limits_too() -> None:
    assert noted(0, 1400).limit(0) == 0


def test_partitions_are_noted_apart() -> None:
    notes = noted(10)
    notes.connected({0: 12, 1: 3})
    assert notes.limits() == {0: 10}
    assert notes.limit(1) is None


def test_what_a_living_member_stores_moves_the_note() -> None:
    notes = noted(10)
    notes.looked({0: 500})
    assert notes.limits() == {}
    notes.connected({0: 490})
    assert notes.limits() == {}
    notes.connected({0: 510})
    assert notes.limit(0) == 490


def test_a_member_that_goes_on_from_a_value_that_came_back_does_not() -> None:
    notes = noted(1099, 1400)
    notes.looked({0: 1500})
    assert notes.limit(0) == 1099


def test_a_member_that_went_back_knew_better() -> None:
    notes = noted(1099, 1400)
    notes.looked({0: 1100})
    notes.looked({0: 1500})
    assert notes.limits() == {}


def test_what_we_store_ourselves_counts() -> None:
    notes = noted(1099, 1400)
    notes.stored(0, 1099)
    notes.stored(0, 2000)
    assert notes.limits() == {}
    notes.connected({0: 2500})
    assert notes.limit(0) == 2000


def test_only_notes_that_are_kept_limit_anything() -> None:
    notes = noted(1099, 1400)
    notes.keep_only({0, 1})
    assert notes.limits() == {0: 1099}
    notes.keep_only({1})
    assert notes.limits() == {}
    notes.stored(0, 5)
    notes.connected({0: 1400})
    assert notes.limits() == {}
