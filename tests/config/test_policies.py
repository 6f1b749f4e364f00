"""What connector files say about failures: retries, bad records, restarts, time limits."""

import pytest

from config.model import SinkConfig
from config.policies import (
    ErrorsConfig,
    OffsetCommit,
    RestartConfig,
    RetryConfig,
    TimeoutsConfig,
    Tolerance,
)
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder

POLICIES = """
[retry]
max_attempts = 7
initial_delay = "1s"
max_delay = "1m"
[errors]
tolerance = "dead_letter"
dead_letter_stream = "dead"
dead_letter_topic = "letters"
[restart]
intensity = 0
period = "1h"
[timeouts]
open = "1s"
consume = "2s"
close = "3s"
"""
FROM_POLICIES = (
    RetryConfig(max_attempts=7, initial_delay_s=1, max_delay_s=60),
    ErrorsConfig(
        tolerance=Tolerance.DEAD_LETTER, dead_letter_stream="dead", dead_letter_topic="letters"
    ),
    RestartConfig(intensity=0, period_s=3600),
    TimeoutsConfig(open_s=1, consume_s=2, close_s=3),
)
HEAD = "\n[[streams]]"


def test_a_sink_retries_for_ever_and_skips_bad_records_by_default(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    sink = folder.sink()

    assert sink.offset_commit is OffsetCommit.AFTER_CONSUMING
    assert sink.retry == RetryConfig(max_attempts=None, initial_delay_s=0.5, max_delay_s=30)
    assert sink.errors == ErrorsConfig(tolerance=Tolerance.SKIP)
    assert sink.restart == RestartConfig(intensity=5, period_s=60)
    assert sink.timeouts == TimeoutsConfig(open_s=60, consume_s=300, close_s=10)


def test_a_source_stops_before_a_bad_record_by_default(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE)

    source = folder.source()

    assert source.errors == ErrorsConfig(tolerance=Tolerance.FAIL)
    assert source.retry == RetryConfig()


def test_a_sink_takes_all_policies_from_its_file(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK + POLICIES, (HEAD, f'\noffset_commit = "after_polling"\n{HEAD}'))

    sink = folder.sink()

    assert sink.offset_commit is OffsetCommit.AFTER_POLLING
    assert (sink.retry, sink.errors, sink.restart, sink.timeouts) == FROM_POLICIES


def test_a_source_takes_all_policies_from_its_file(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE + POLICIES)

    source = folder.source()

    assert (source.retry, source.errors, source.restart, source.timeouts) == FROM_POLICIES


def test_a_table_replaces_only_the_keys_in_it(folder: ConnectorFolder) -> None:
    folder.write(
        "a.toml", SOURCE + '[errors]\ndead_letter_topic = "x"\n[retry]\nmax_attempts = 1\n'
    )

    source = folder.source()

    assert source.errors == ErrorsConfig(tolerance=Tolerance.FAIL, dead_letter_topic="x")
    assert source.retry == RetryConfig(max_attempts=1)


@pytest.mark.parametrize("kind", ["SINK_STDOUT", "SOURCE_RANDOM"])
def test_variables_set_all_policies(folder: ConnectorFolder, kind: str) -> None:
    folder.write("a.toml", SINK if kind == "SINK_STDOUT" else SOURCE)
    variables = {
        "RETRY_MAX_ATTEMPTS": "7",
        "RETRY_INITIAL_DELAY": "1s",
        "RETRY_MAX_DELAY": "1m",
        "ERRORS_TOLERANCE": "dead_letter",
        "ERRORS_DEAD_LETTER_STREAM": "dead",
        "ERRORS_DEAD_LETTER_TOPIC": "letters",
        "RESTART_INTENSITY": "0",
        "RESTART_PERIOD": "1h",
        "TIMEOUTS_OPEN": "1s",
        "TIMEOUTS_CONSUME": "2s",
        "TIMEOUTS_CLOSE": "3s",
    }

    loaded = folder.load(**{f"{kind}_{name}": text for name, text in variables.items()})

    assert loaded.warnings == ()
    (connector,) = loaded.value.connectors
    assert (
        connector.retry,
        connector.errors,
        connector.restart,
        connector.timeouts,
    ) == FROM_POLICIES


def test_a_variable_says_when_a_sink_stores_offsets(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    sink = folder.sink(SINK_STDOUT_OFFSET_COMMIT="after_polling")

    assert sink.offset_commit is OffsetCommit.AFTER_POLLING


def test_a_variable_wins_over_one_key_of_a_table(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK + POLICIES)

    sink = folder.sink(SINK_STDOUT_RETRY_MAX_ATTEMPTS="1")

    assert sink.retry == RetryConfig(max_attempts=1, initial_delay_s=1, max_delay_s=60)


@pytest.mark.parametrize("text", ["0", "0s", "none", "Unlimited", "disabled"])
def test_a_time_limit_of_zero_is_none(folder: ConnectorFolder, text: str) -> None:
    folder.write("a.toml", f'{SINK}[timeouts]\nopen = "{text}"\nconsume = "{text}"\n')

    sink = folder.sink(SINK_STDOUT_TIMEOUTS_CLOSE=text)

    assert sink.timeouts == TimeoutsConfig(open_s=None, consume_s=None, close_s=None)


@pytest.mark.parametrize(
    ("table", "setting", "reason"),
    [
        ("retry", "max_attempts = 0", "retry.max_attempts = 0: must be a whole number from 1 to"),
        ("retry", 'max_attempts = "5"', 'max_attempts = "5": must be a whole number'),
        ("retry", "max_attempts = true", "must be a whole number"),
        ("retry", "initial_delay = 5", "retry.initial_delay = 5: must be a string"),
        ("retry", 'initial_delay = "5"', "is not a duration: '5' has no unit"),
        ("retry", 'initial_delay = "0"', 'initial_delay = "0": must be longer than 0'),
        ("retry", 'initial_delay = "31s"', '= "31s": is longer than max_delay, 30s'),
        ("retry", 'max_delay = "0"', 'retry.max_delay = "0": is shorter than initial_delay, 0.5s'),
        ("retry", 'max_delay = "1s"\ninitial_delay = "2s"', "is shorter than initial_delay, 2s"),
        ("errors", 'tolerance = "skipp"', "(allowed: skip, dead_letter, fail; did you mean 'skip'"),
        ("errors", "tolerance = true", "errors.tolerance = true: must be a string"),
        ("errors", 'dead_letter_stream = ""', 'dead_letter_stream = "": is not a name in Iggy'),
        (
            "errors",
            f'dead_letter_topic = "{"x" * 256}"',
            "is not a name in Iggy (allowed: 1 to 255",
        ),
        ("restart", "intensity = -1", "restart.intensity = -1: must be a whole number from 0 to"),
        ("restart", "intensity = 1.5", "intensity = 1.5: must be a whole number"),
        ("restart", 'period = "none"', 'restart.period = "none": must be longer than 0'),
        ("timeouts", "consume = 5", "timeouts.consume = 5: must be a string"),
        ("timeouts", 'close = "soon"', 'timeouts.close = "soon": is not a duration'),
    ],
)
@pytest.mark.parametrize("text", [SINK, SOURCE])
def test_a_wrong_policy_breaks_its_connector_with_place_and_reason(
    folder: ConnectorFolder, text: str, table: str, setting: str, reason: str
) -> None:
    folder.write("a.toml", f"{text}[{table}]\n{setting}\n")

    error = folder.broken().error

    assert "a.toml:13: " in error
    assert reason in error


def test_an_unknown_time_to_store_offsets_is_told_the_known_ones(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, (HEAD, f'offset_commit = "after_poling"\n{HEAD}'))

    assert (
        'offset_commit = "after_poling": is not known'
        " (allowed: after_consuming, after_polling; did you mean 'after_polling'?)"
    ) in folder.broken().error


def test_a_policy_must_be_a_table(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f"retry = 5\n{SINK}")

    assert "a.toml:1: retry = 5: must be a table" in folder.broken().error


def test_a_wrong_policy_is_reported_under_its_variable(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    error = folder.broken(
        SINK_STDOUT_RETRY_MAX_DELAY="1ms", SINK_STDOUT_RESTART_INTENSITY="x"
    ).error

    assert "IGGY_CONNECTORS_SINK_STDOUT_RETRY_MAX_DELAY: retry.max_delay = " in error
    assert "IGGY_CONNECTORS_SINK_STDOUT_RESTART_INTENSITY: restart.intensity = " in error


def test_unknown_keys_of_policies_are_told_the_right_ones(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f"{SINK}[retry]\nmax_atempts = 5\n[timeout]\nopen = 5\n")

    warnings = folder.load().warnings

    assert [(warning.key, warning.suggestion) for warning in warnings] == [
        ("retry.max_atempts", "max_attempts"),
        ("timeout", "timeouts"),
    ]


def test_a_source_has_no_offsets_to_commit(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE, (HEAD, f'\noffset_commit = "after_polling"\n{HEAD}'))

    variable, in_file = folder.load(SOURCE_RANDOM_OFFSET_COMMIT="after_polling").warnings

    assert (in_file.key, in_file.problem) == ("offset_commit", "unknown key, ignored")
    assert variable.source == "IGGY_CONNECTORS_SOURCE_RANDOM_OFFSET_COMMIT"


def test_a_variable_that_leaves_out_the_table_is_unknown(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    warning = folder.warning(SINK_STDOUT_MAX_ATTEMPTS="1")

    assert warning.source == "IGGY_CONNECTORS_SINK_STDOUT_MAX_ATTEMPTS"


def test_a_connector_that_cannot_run_keeps_its_policies(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK + POLICIES, ('"json"', '"json"\nbatch_length = 0'))

    config = folder.broken().config

    assert isinstance(config, SinkConfig)
    assert config.retry.max_attempts == 7
