from pathlib import Path

import pytest

from actors.core import ChildDied, ChildReady, Ref, ask, tell
from actors.intent import Intent
from actors.lifecycle import SetIntent
from actors.queries import GetState, StateView
from actors.state_directory import StateDirectoryLockedError, StateError
from actors.state_store import (
    IntentsLoaded,
    LoadIntents,
    LoadState,
    SaveState,
    StateLoaded,
    StateSaved,
    StateStore,
)
from config.model import Kind
from tests.support.probe import Probe

LIMIT_S = 5.0


@pytest.fixture
def store(tmp_path: Path, probe: Probe) -> Ref:
    ref: Ref = StateStore.start(probe.lineage(), path=tmp_path)
    probe.expect(ChildReady)
    return ref


def test_what_was_saved_is_loaded(store: Ref, probe: Probe) -> None:
    tell(store, SaveState(number=1, key="random", state=b"state", reply_to=probe.ref))
    assert probe.expect(StateSaved) == StateSaved(number=1)
    tell(store, LoadState(number=2, key="random", reply_to=probe.ref))
    assert probe.expect(StateLoaded) == StateLoaded(number=2, state=b"state")


def test_no_state_is_no_error(store: Ref, probe: Probe) -> None:
    tell(store, LoadState(number=1, key="random", reply_to=probe.ref))
    assert probe.expect(StateLoaded) == StateLoaded(number=1)
    assert ask(store, GetState(key="random"), timeout_s=LIMIT_S) == StateView(
        key="random", state=None
    )


def test_a_snapshot_is_what_was_saved_last(store: Ref, probe: Probe) -> None:
    for number, state in enumerate((b"one", b"two")):
        tell(store, SaveState(number=number, key="random", state=state, reply_to=probe.ref))
        probe.expect(StateSaved)
    view = ask(store, GetState(key="random"), timeout_s=LIMIT_S)
    assert view == StateView(key="random", state=b"two")


def test_a_state_that_cannot_be_used_is_told_and_the_store_goes_on(
    store: Ref, probe: Probe, tmp_path: Path
) -> None:
    (tmp_path / "source_bad.state").mkdir()
    tell(store, LoadState(number=1, key="bad", reply_to=probe.ref))
    loaded = probe.expect(StateLoaded)
    assert (loaded.number, type(loaded.error)) == (1, StateError)
    tell(store, SaveState(number=2, key="bad", state=b"state", reply_to=probe.ref))
    saved = probe.expect(StateSaved)
    assert (saved.number, type(saved.error)) == (2, StateError)
    with pytest.raises(StateError, match="Is a directory"):
        ask(store, GetState(key="bad"), timeout_s=LIMIT_S)
    assert ask(store, GetState(key="good"), timeout_s=LIMIT_S).state is None


def test_a_second_store_on_the_same_directory_dies_at_its_start(
    store: Ref, probe: Probe, tmp_path: Path
) -> None:
    StateStore.start(probe.lineage("second"), path=tmp_path)
    died = probe.expect(ChildDied)
    assert (died.name, type(died.error)) == ("second", StateDirectoryLockedError)
    assert store.is_alive()


def test_a_store_that_ended_leaves_the_directory_to_the_next(
    store: Ref, probe: Probe, tmp_path: Path
) -> None:
    store.stop(block=False)
    assert probe.expect(ChildDied).error is None
    StateStore.start(probe.lineage("second"), path=tmp_path)
    assert probe.expect(ChildReady).name == "second"


def test_what_people_want_is_kept_before_it_is_confirmed(
    store: Ref, probe: Probe, tmp_path: Path
) -> None:
    wish = SetIntent(kind=Kind.SINK, key="orders", intent=Intent.PAUSE)
    ask(store, wish, timeout_s=LIMIT_S)
    assert (tmp_path / "intents.json").exists()
    store.stop(block=False)
    probe.expect(ChildDied)
    second: Ref = StateStore.start(probe.lineage("second"), path=tmp_path)
    tell(second, LoadIntents(reply_to=probe.ref))
    assert probe.expect(IntentsLoaded).intents == {"sink orders": Intent.PAUSE}


def test_a_wish_that_cannot_be_kept_is_refused(store: Ref, tmp_path: Path) -> None:
    (tmp_path / "intents.json").mkdir()
    with pytest.raises(StateError, match=r"intents\.json"):
        ask(
            store,
            SetIntent(kind=Kind.SINK, key="orders", intent=Intent.STOP),
            timeout_s=LIMIT_S,
        )
