"""A plugin that is stuck is noticed, wherever it is; one that is only slow is left alone."""

from dataclasses import replace

import pytest

from actors.core import Children
from actors.lifecycle import AreYouThere
from actors.plugin_watch import PluginWatch
from config.model import Kind
from config.policies import TimeoutsConfig
from tests.support.probe import Probe

LIMITS = TimeoutsConfig(open_s=60.0, consume_s=300.0, close_s=10.0)
NONE = TimeoutsConfig(open_s=None, consume_s=None, close_s=None)


class Watched:
    """A watch over a plugin that is a probe."""

    def __init__(self, kind: Kind, timeouts: TimeoutsConfig, probe: Probe) -> None:
        self.watch = PluginWatch(kind, timeouts)
        self.probe = probe
        self.children = Children(probe.ref)
        self.children.start("plugin", lambda _: probe.ref)

    def look(self, now_s: float) -> str | None:
        return self.watch.look(now_s, self.children, "plugin")

    def asked(self) -> int:
        return self.probe.expect(AreYouThere).number


@pytest.fixture
def sink(probe: Probe) -> Watched:
    return Watched(Kind.SINK, LIMITS, probe)


@pytest.fixture
def source(probe: Probe) -> Watched:
    return Watched(Kind.SOURCE, LIMITS, probe)


def test_open_may_take_its_time_and_no_more(sink: Watched) -> None:
    sink.watch.opening(0.0)
    assert sink.look(60.0) is None
    assert sink.look(60.1) == "open takes longer than 60 s"


def test_a_sink_that_answers_may_take_for_ever(sink: Watched) -> None:
    sink.watch.working()
    for minute in range(60):
        assert sink.look(minute * 60.0) is None
        sink.watch.here(sink.asked())


def test_a_sink_that_does_not_answer_is_stuck_in_consume(sink: Watched) -> None:
    sink.watch.working()
    assert sink.look(1000.0) is None
    sink.asked()
    assert sink.look(1300.0) is None
    assert sink.look(1300.1) == "consume takes longer than 300 s"


def test_an_answer_to_an_earlier_question_does_not_count(sink: Watched) -> None:
    sink.watch.working()
    sink.look(0.0)
    number = sink.asked()
    sink.watch.here(number)
    sink.look(10.0)
    sink.watch.here(number)
    assert sink.look(400.0) == "consume takes longer than 300 s"


def test_an_answer_that_comes_while_it_ends_does_not_count(sink: Watched) -> None:
    sink.watch.working()
    sink.look(0.0)
    number = sink.asked()
    sink.watch.ending(1.0)
    sink.watch.here(number)
    assert sink.look(302.0) == "end takes longer than 300 s"


def test_how_long_a_source_polls_is_its_own_affair(source: Watched) -> None:
    source.watch.working()
    assert source.look(0.0) is None
    assert source.look(100_000.0) is None
    source.probe.ref.tell("that was all")
    source.probe.expect_none(AreYouThere, before=str)


def test_a_source_that_is_to_end_returns_from_poll_within_30_s(source: Watched) -> None:
    source.watch.working()
    source.watch.ending(0.0)
    assert source.look(30.0) is None
    assert source.look(30.1) == "end takes longer than 30 s"


@pytest.mark.parametrize("kind", Kind)
def test_close_may_take_its_time_and_no_more(kind: Kind, probe: Probe) -> None:
    watched = Watched(kind, LIMITS, probe)
    watched.watch.closing(0.0)
    assert watched.look(10.0) is None
    assert watched.look(10.1) == "close takes longer than 10 s"


def test_without_limits_nothing_takes_too_long(probe: Probe) -> None:
    watched = Watched(Kind.SINK, NONE, probe)
    for begin in (watched.watch.opening, watched.watch.ending, watched.watch.closing):
        begin(0.0)
        assert watched.look(1e9) is None


@pytest.mark.parametrize("limit_s", [0.4, 1.0, 20.0, 300.0])
def test_it_looks_often_enough_to_be_at_most_a_quarter_late(limit_s: float) -> None:
    watch = PluginWatch(Kind.SINK, replace(LIMITS, consume_s=limit_s))
    assert watch.look_after_s <= limit_s / 4
    assert watch.look_after_s <= 5.0
