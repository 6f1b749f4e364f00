"""Which reports make which status. No actor is needed for that."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from actors.connector_health import PLUGIN, ConnectorHealth, text_of
from actors.core import ActorError
from actors.queries import ConnectorStatus, TopicView
from actors.reports import Counted, PluginFound, TopicFound, Troubled, Working
from tests.actors.configurations import sink_config, source_config

CLIENT = "client"
STARTING, RUNNING, ERROR = (
    ConnectorStatus.STARTING,
    ConnectorStatus.RUNNING,
    ConnectorStatus.ERROR,
)

Step = Callable[[ConnectorHealth], None]


def works(part: str) -> Step:
    return lambda health: health.take(Working(part=part, incarnation=1))


def fails(part: str) -> Step:
    error = ActorError(f"no {part}")
    return lambda health: health.take(
        Troubled(part=part, incarnation=1, error=error, retry_in_s=1.0)
    )


def starts(health: ConnectorHealth) -> None:
    health.started((CLIENT, PLUGIN), plugin_id=2)


def after(health: ConnectorHealth, *steps: Step) -> ConnectorHealth:
    health.started((CLIENT, PLUGIN), plugin_id=1)
    for step in steps:
        step(health)
    return health


def sink(*steps: Step) -> ConnectorHealth:
    return after(ConnectorHealth(sink_config("key")), *steps)


def source(*steps: Step) -> ConnectorHealth:
    return after(ConnectorHealth(source_config("key")), *steps)


RUNS = (works(CLIENT), works(PLUGIN))


class _UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def test_an_error_that_has_no_words_is_named_by_its_type() -> None:
    assert text_of(_UnspeakableError()) == "_UnspeakableError"


def test_an_error_of_many_words_is_cut() -> None:
    text = text_of(OSError("x" * 1_000_000))
    assert text.startswith("OSError: xxx")
    assert len(text) == 2000


@pytest.mark.parametrize(
    ("steps", "of_a_sink", "of_a_source"),
    [
        ((), STARTING, STARTING),
        ((works(CLIENT),), STARTING, STARTING),
        ((works(PLUGIN),), STARTING, STARTING),
        (RUNS, RUNNING, RUNNING),
        ((fails(CLIENT),), STARTING, STARTING),
        ((works(PLUGIN), fails(CLIENT)), STARTING, STARTING),
        ((fails(CLIENT), *RUNS), RUNNING, RUNNING),
        ((works(PLUGIN), fails(PLUGIN), works(CLIENT)), RUNNING, ERROR),
        ((*RUNS, fails(CLIENT)), ERROR, ERROR),
        ((*RUNS, fails(CLIENT), works(PLUGIN)), ERROR, ERROR),
        ((*RUNS, fails(CLIENT), works(CLIENT)), RUNNING, RUNNING),
        ((*RUNS, fails(PLUGIN)), RUNNING, ERROR),
        ((*RUNS, fails(PLUGIN), works(PLUGIN)), RUNNING, RUNNING),
        ((*RUNS, fails(PLUGIN), fails(CLIENT)), ERROR, ERROR),
        ((*RUNS, fails(CLIENT), starts), STARTING, STARTING),
        ((*RUNS, starts, fails(CLIENT)), ERROR, ERROR),
        ((*RUNS, starts, *RUNS), RUNNING, RUNNING),
    ],
)
def test_the_status_follows_the_parts(
    steps: tuple[Step, ...], of_a_sink: ConnectorStatus, of_a_source: ConnectorStatus
) -> None:
    assert sink(*steps).view.status is of_a_sink
    assert source(*steps).view.status is of_a_source


def test_what_runs_failed_or_was_stopped_is_settled() -> None:
    assert not sink().is_settled
    assert sink(*RUNS).is_settled
    assert sink(*RUNS, fails(CLIENT)).is_settled
    assert sink(*RUNS, lambda health: health.stopped(paused=True)).is_settled
    assert sink(*RUNS).is_running
    assert not sink(*RUNS, fails(CLIENT)).is_running


def test_an_error_is_shown_with_its_time_until_it_is_over() -> None:
    before_us = time.time() * 1e6
    view = sink(*RUNS, fails(PLUGIN)).view
    assert view.last_error is not None
    assert view.last_error.message == "no plugin"
    assert view.next_retry_at_us is not None
    assert before_us - 1 <= view.last_error.timestamp_us <= time.time() * 1e6
    assert 0.99e6 < view.next_retry_at_us - view.last_error.timestamp_us < 1.01e6
    well = sink(*RUNS, fails(PLUGIN), works(PLUGIN)).view
    assert (well.last_error, well.next_retry_at_us) == (None, None)


def test_while_one_trouble_is_left_it_is_shown() -> None:
    view = sink(*RUNS, fails(CLIENT), fails(PLUGIN), works(PLUGIN)).view
    assert view.last_error is not None
    assert view.last_error.message == "no client"


def test_the_first_start_is_no_restart_and_counts_go_on() -> None:
    counted = Counted(part=PLUGIN, incarnation=1, received=5, delivered=3, filtered=1, errors=1)
    health = sink(*RUNS, lambda health: health.take(counted))
    assert (health.view.plugin_id, health.view.restarts) == (1, 0)
    starts(health)
    health.take(replace(counted, received=1, delivered=1, filtered=0, errors=0))
    view = health.view
    assert (view.plugin_id, view.restarts) == (2, 1)
    assert (view.received, view.delivered, view.filtered, view.errors) == (6, 4, 1, 1)


def test_the_version_is_unknown_until_the_plugin_was_found() -> None:
    health = sink()
    assert health.view.version == "unknown"
    health.take(PluginFound(part=PLUGIN, incarnation=1, version="2.0"))
    assert health.view.version == "2.0"


def test_topics_are_known_as_they_were_found_last() -> None:
    health = sink()
    assert not health.view.topics
    for topic, durability in (("u", None), ("t", "replicated"), ("t", "persisted")):
        health.take(
            TopicFound(part=CLIENT, incarnation=1, stream="s", topic=topic, durability=durability)
        )
    assert health.view.topics == (
        TopicView(stream="s", topic="t", durability="persisted"),
        TopicView(stream="s", topic="u", durability=None),
    )


def test_the_plugin_has_opened_only_since_the_last_start() -> None:
    assert not sink(works(CLIENT)).has_opened
    assert sink(works(PLUGIN)).has_opened
    assert not sink(*RUNS, starts).has_opened


def test_who_is_not_started_again_needs_a_person() -> None:
    health = sink(*RUNS)
    health.failed("bad schema", restart_in_s=None)
    assert health.view.status is ERROR
    assert (health.view.needs_attention, health.view.next_retry_at_us) == (True, None)
    health.failed("gone", restart_in_s=2.0)
    assert not health.view.needs_attention
    assert health.view.next_retry_at_us is not None
    starts(health)
    assert (health.view.last_error, health.view.needs_attention) == (None, False)


def test_an_end_as_asked_is_no_error() -> None:
    health = sink(*RUNS, fails(PLUGIN))
    health.stopping()
    ending = health.view
    assert ending.status is ConnectorStatus.STOPPING
    assert ending.last_error is not None
    health.stopped()
    assert health.view.status is ConnectorStatus.STOPPED
    assert health.view.last_error is None


def test_the_last_ten_errors_are_kept_and_the_same_again_is_no_news() -> None:
    health = sink(*RUNS)
    for number in range(12):
        for _ in range(2):
            health.failed(str(number), restart_in_s=1.0)
    assert [error.message for error in health.view.recent_errors] == [
        str(number) for number in range(2, 12)
    ]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ActorError("not there"), "not there"),
        (ValueError("7"), "ValueError: 7"),
        (ValueError(), "ValueError"),
    ],
)
def test_an_error_of_foreign_code_is_shown_with_its_type(error: Exception, text: str) -> None:
    assert text_of(error) == text
