"""The suites for authors: good plugins pass, and each mistake fails the test that is for it."""

import json
from pathlib import Path
from typing import Any
from unittest import SkipTest
from uuid import uuid4

import pytest

from connectors import FatalError, Sink, Source
from connectors.testing import SinkContract, SourceContract
from connectors.testing.plugin_contract import PluginContract
from tests.contract import example_sinks as sinks
from tests.contract import example_sources as sources


class LinesContract(SinkContract):
    wrong_configs = ({"path": "here"}, {"file": 5})

    def __init__(self, plugin_class: type[Sink], file: Path) -> None:
        self.plugin_class = plugin_class
        self.file = file
        self.file.write_text("")

    def plugin_config(self) -> dict[str, Any]:
        return {"file": str(self.file), "password": "hunter2"}

    def read_target(self) -> list[Any]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]


class CountContract(SourceContract):
    def __init__(self, plugin_class: type[Source]) -> None:
        self.plugin_class = plugin_class


def outcomes(contract: PluginContract[Any, Any]) -> dict[str, BaseException | None]:
    """Run every test as pytest does, each of them alone."""
    seen: dict[str, BaseException | None] = {}
    for name in [name for name in dir(contract) if name.startswith("test_")]:
        if isinstance(contract, LinesContract):
            contract.file.write_text("")
        try:
            getattr(contract, name)()
        except (Exception, SkipTest) as error:  # noqa: BLE001
            seen[name.removeprefix("test_")] = error
        else:
            seen[name.removeprefix("test_")] = None
    return seen


def failures(contract: PluginContract[Any, Any]) -> set[str]:
    return {
        name
        for name, error in outcomes(contract).items()
        if error is not None and not isinstance(error, SkipTest)
    }


@pytest.mark.parametrize(
    "plugin_class", [sinks.GoodSink, sinks.GoodAsyncSink, sinks.LateJudgingSink]
)
def test_a_good_sink_passes_every_test(plugin_class: type[Sink], tmp_path: Path) -> None:
    seen = outcomes(LinesContract(plugin_class, tmp_path / "lines"))

    assert seen == dict.fromkeys(seen)
    assert len(seen) == 10


@pytest.mark.parametrize(
    "plugin_class", [sources.GoodSource, sources.GoodAsyncSource, sources.LateJudgingSource]
)
def test_a_good_source_passes_every_test(plugin_class: type[Source]) -> None:
    seen = outcomes(CountContract(plugin_class))

    assert seen == dict.fromkeys(seen)
    assert len(seen) == 13


def test_a_source_without_state_is_not_held_to_one() -> None:
    assert failures(CountContract(sources.StatelessSource)) == set()


class QueueContract(CountContract):
    def __init__(self, folder: Path) -> None:
        super().__init__(sources.QueueSource)
        self.folder = folder

    def plugin_config(self) -> dict[str, Any]:
        file = self.folder / str(uuid4())
        file.write_text("0")
        return {"file": str(file)}


def test_a_source_that_empties_its_origin_passes_with_a_new_one_each_time(tmp_path: Path) -> None:
    assert failures(QueueContract(tmp_path)) == set()


_IN_MEMORY = "nothing_is_left_in_memory_when_consume_returns"
_IN_MEMORY_OF_MANY = "nothing_of_a_large_batch_is_left_in_memory_when_consume_returns"


@pytest.mark.parametrize(
    ("plugin_class", "expected"),
    [
        (sinks.BufferingSink, {_IN_MEMORY, _IN_MEMORY_OF_MANY}),
        (sinks.PairingSink, {_IN_MEMORY}),
        (sinks.UnflushedSink, {_IN_MEMORY, _IN_MEMORY_OF_MANY}),
        (sinks.SingleFlushingSink, {_IN_MEMORY_OF_MANY}),
        (
            sinks.LosingSink,
            {
                "what_was_consumed_is_in_the_target",
                _IN_MEMORY,
                _IN_MEMORY_OF_MANY,
                "a_batch_may_come_again",
                "a_bad_record_does_not_keep_the_others_from_the_target",
            },
        ),
        (sinks.TruncatingSink, {"what_was_consumed_is_in_the_target"}),
        (
            sinks.OnceOnlySink,
            {"a_batch_may_come_again", _IN_MEMORY},
        ),
        (sinks.BrittleSink, {"a_bad_record_does_not_keep_the_others_from_the_target"}),
        (sinks.CloseNeedsOpenSink, {"close_is_harmless_without_open"}),
        (sinks.CloseOnceSink, {"close_is_harmless_when_called_twice"}),
        (sinks.StuckClosingSink, {"open_ends_within_a_second_of_stopping"}),
        (sinks.CarelessSink, {"a_wrong_config_is_refused"}),
        (sinks.UnmarkedSink, {"a_wrong_config_is_refused"}),
        (sinks.TalkativeSink, {"a_secret_does_not_show_itself"}),
    ],
)
def test_a_mistake_in_a_sink_fails_the_test_that_is_for_it(
    plugin_class: type[Sink], expected: set[str], tmp_path: Path
) -> None:
    assert failures(LinesContract(plugin_class, tmp_path / "lines")) == expected


_NACK = "the_same_records_come_after_a_nack"
_RESTART = "a_restart_goes_on_behind_what_was_acknowledged"
_REPEAT = "a_restart_repeats_what_was_not_acknowledged"
_KILL = "nothing_is_lost_when_the_process_is_killed"


@pytest.mark.parametrize(
    ("plugin_class", "expected"),
    [
        (sources.HastySource, {_NACK}),
        (sources.ImpatientSource, {_NACK}),
        (sources.HalvingSource, {_NACK}),
        (sources.RepeatingSource, {"other_records_come_after_an_ack", _RESTART, _REPEAT, _KILL}),
        (sources.ForgetfulSource, {_RESTART, _REPEAT, _KILL}),
        (sources.AheadSource, {_RESTART, _REPEAT, _KILL}),
        (sources.LengthStateSource, {_RESTART, _REPEAT}),
        (sources.RememberingSource, {_KILL}),
        (sources.FragileStateSource, {"a_state_that_cannot_be_read_is_judged"}),
        (sources.LateFragileStateSource, {"a_state_that_cannot_be_read_is_judged"}),
        (
            sources.CloseNeedsOpenSource,
            {"close_is_harmless_without_open", "a_state_that_cannot_be_read_is_judged"},
        ),
        (sources.CloseOnceSource, {"close_is_harmless_when_called_twice"}),
    ],
)
def test_a_mistake_in_a_source_fails_the_test_that_is_for_it(
    plugin_class: type[Source], expected: set[str]
) -> None:
    assert failures(CountContract(plugin_class)) == expected


@pytest.mark.parametrize(
    "plugin_class",
    [sources.StubbornPollSource, sources.SlowlyOpenedSource, sources.SlowlyDrainedSource],
)
def test_a_poll_that_does_not_heed_stopping_fails_the_test_that_is_for_it(
    plugin_class: type[Source],
) -> None:
    with pytest.raises(AssertionError, match="poll goes on for more than 1 s"):
        CountContract(plugin_class).test_poll_ends_within_a_second_of_stopping()


def test_an_open_that_does_not_heed_stopping_fails_the_test_that_is_for_it(tmp_path: Path) -> None:
    for contract in (
        LinesContract(sinks.StubbornSink, tmp_path / "lines"),
        CountContract(sources.StubbornOpenSource),
    ):
        with pytest.raises(AssertionError, match="open goes on for more than 1 s"):
            contract.test_open_ends_within_a_second_of_stopping()


@pytest.mark.parametrize(
    "plugin_class", [sources.UnsendableSource, sources.TextStateSource, sources.EmptySource]
)
def test_a_source_that_gives_nothing_that_can_be_sent_fails(plugin_class: type[Source]) -> None:
    contract = CountContract(plugin_class)
    contract.hook_limit_s = 0.1

    with pytest.raises((AssertionError, FatalError)):
        contract.test_records_can_be_sent()


def test_a_sink_that_cannot_live_in_a_process_of_its_own_is_told_why(tmp_path: Path) -> None:
    class Local(sinks.GoodSink):
        pass

    contract = LinesContract(Local, tmp_path / "lines")
    with pytest.raises(AssertionError, match="has no Local"):
        contract.test_nothing_is_left_in_memory_when_consume_returns()


def test_a_target_that_tests_share_is_refused(tmp_path: Path) -> None:
    contract = LinesContract(sinks.GoodSink, tmp_path / "lines")
    contract.test_what_was_consumed_is_in_the_target()

    with pytest.raises(AssertionError, match="not empty"):
        contract.test_nothing_is_left_in_memory_when_consume_returns()


def test_a_suite_whose_target_is_not_read_does_not_pass() -> None:
    class Unfinished(SinkContract):
        plugin_class = sinks.GoodSink

    with pytest.raises(NotImplementedError):
        Unfinished().test_nothing_is_left_in_memory_when_consume_returns()
