"""The suites for authors end, whatever a plugin does: each call of it has a time limit."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors import Sink, Source
from connectors.testing import SinkContract, SourceContract
from tests.contract import blocking_plugins as blocking


class QuickSinkContract(SinkContract):
    hook_limit_s = 0.2

    def __init__(self, plugin_class: type[Sink]) -> None:
        self.plugin_class = plugin_class

    def read_target(self) -> list[Any]:
        return []


class QuickSourceContract(SourceContract):
    hook_limit_s = 0.2

    def __init__(self, plugin_class: type[Source]) -> None:
        self.plugin_class = plugin_class


def expect_blamed(hook: str, test: Callable[[], None]) -> None:
    told = rf"{hook} has not returned within 0.2 s; if it may take longer, raise hook_limit_s"
    with pytest.raises(AssertionError, match=told):
        test()


@pytest.mark.parametrize(
    ("plugin_class", "hook"),
    [
        (blocking.BlockingInitSink, "__init__"),
        (blocking.BlockingOpenSink, "open"),
        (blocking.BlockingConsumeSink, "consume"),
        (blocking.BlockingCloseSink, "close"),
        (blocking.BlockingAsyncSink, "consume"),
    ],
)
def test_a_sink_that_blocks_fails_and_is_told_where(plugin_class: type[Sink], hook: str) -> None:
    expect_blamed(hook, QuickSinkContract(plugin_class).test_what_was_consumed_is_in_the_target)


@pytest.mark.parametrize(
    ("plugin_class", "hook"),
    [
        (blocking.BlockingPollSource, "poll"),
        (blocking.BlockingVerdictSource, "on_batch_result"),
        (blocking.BlockingAsyncSource, "on_batch_result"),
    ],
)
def test_a_source_that_blocks_fails_and_is_told_where(
    plugin_class: type[Source], hook: str
) -> None:
    expect_blamed(hook, QuickSourceContract(plugin_class).test_other_records_come_after_an_ack)


def test_a_sink_that_blocks_in_a_process_of_its_own_fails_too() -> None:
    contract = QuickSinkContract(blocking.BlockingConsumeSink)

    expect_blamed("consume", contract.test_nothing_is_left_in_memory_when_consume_returns)


def test_a_poll_that_blocks_for_ever_fails_also_where_it_may_wait() -> None:
    contract = QuickSourceContract(blocking.BlockingPollSource)

    expect_blamed("poll", contract.test_a_state_that_cannot_be_read_is_judged)
    with pytest.raises(AssertionError, match="poll goes on for more than 1 s after stopping"):
        contract.test_poll_ends_within_a_second_of_stopping()
