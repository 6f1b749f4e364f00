import pytest

from actors.reports import Counted, PluginFound, Reporter, TopicFound, Troubled, Working
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe


@pytest.fixture
def reporter(probe: Probe, timer: ManualTimer) -> Reporter:
    reporter = Reporter(probe.lineage("plugin", incarnation=7), timer)
    reporter.flush()
    return reporter


def test_every_report_says_who_it_is_from(reporter: Reporter, probe: Probe) -> None:
    error = ValueError("bad")
    reporter.working()
    assert probe.expect_next(Working) == Working(part="plugin", incarnation=7)
    reporter.plugin_found("1.2")
    assert probe.expect_next(PluginFound) == PluginFound(
        part="plugin", incarnation=7, version="1.2"
    )
    reporter.topic_found("s", "t", "persisted")
    assert probe.expect_next(TopicFound) == TopicFound(
        part="plugin", incarnation=7, stream="s", topic="t", durability="persisted"
    )
    reporter.troubled(error, 2.5)
    assert probe.expect_next(Troubled) == Troubled(
        part="plugin", incarnation=7, error=error, retry_in_s=2.5
    )


def test_counts_are_summed_and_told_at_most_every_100_ms(
    reporter: Reporter, probe: Probe, timer: ManualTimer
) -> None:
    reporter.count(received=3, delivered=2)
    timer.advance(0.09)
    reporter.count(received=1, errors=1)
    reporter.working()
    probe.expect_next(Working)
    timer.advance(0.02)
    reporter.count(filtered=4)
    assert probe.expect_next(Counted) == Counted(
        part="plugin", incarnation=7, received=4, delivered=2, filtered=4, errors=1
    )
    reporter.count(received=1)
    reporter.working()
    probe.expect_next(Working)


def test_what_was_counted_is_told_before_a_pause_once(reporter: Reporter, probe: Probe) -> None:
    reporter.count(received=3)
    reporter.flush()
    reporter.flush()
    reporter.count()
    reporter.flush()
    reporter.working()
    assert probe.expect_next(Counted).received == 3
    probe.expect_next(Working)


def test_trouble_comes_after_what_was_counted_before_it(reporter: Reporter, probe: Probe) -> None:
    reporter.count(delivered=3)
    reporter.troubled(ValueError("bad"), 1)
    assert probe.expect_next(Counted).delivered == 3
    probe.expect_next(Troubled)
