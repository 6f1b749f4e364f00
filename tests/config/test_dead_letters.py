"""Where dead letters go, and that they never come back to the connector they come from."""

import pytest

from config.policies import Tolerance
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder

DEAD_LETTER = '[errors]\ntolerance = "dead_letter"\n'
LOOP = "is where the connector's own dead letters would go"


def test_dead_letters_go_to_a_topic_of_the_connector_in_the_stream_of_the_message(
    folder: ConnectorFolder,
) -> None:
    folder.write("a.toml", SINK + DEAD_LETTER)
    folder.write("b.toml", SOURCE + DEAD_LETTER)

    sink, source = folder.load().value.connectors

    assert sink.errors.tolerance is source.errors.tolerance is Tolerance.DEAD_LETTER
    assert sink.dead_letter_topic_of("any") == ("any", "dlq_sink_stdout")
    assert source.dead_letter_topic_of("any") == ("any", "dlq_source_random")


def test_dead_letters_go_where_the_file_says(folder: ConnectorFolder) -> None:
    names = 'dead_letter_stream = "dead"\ndead_letter_topic = "letters"\n'
    folder.write("a.toml", SINK + DEAD_LETTER + names)

    assert folder.sink().dead_letter_topic_of("any") == ("dead", "letters")


@pytest.mark.parametrize(
    ("topics", "errors"),
    [
        ('["a", "dlq_sink_stdout"]', 'tolerance = "dead_letter"'),
        ('["a", "b"]', 'dead_letter_topic = "b"'),
        ('["a", "b"]', 'tolerance = "dead_letter"\ndead_letter_topic = "b"'),
        ('["a", "b"]', 'dead_letter_stream = "example_stream"\ndead_letter_topic = "b"'),
        ('["a", "dlq_sink_stdout"]', 'dead_letter_stream = "example_stream"'),
        ('["a", "+007"]', 'dead_letter_topic = "7"'),
    ],
)
def test_a_sink_does_not_read_its_own_dead_letters(
    folder: ConnectorFolder, topics: str, errors: str
) -> None:
    folder.write("a.toml", f"{SINK}[errors]\n{errors}\n", ('["example_topic"]', topics))

    broken = folder.broken()

    assert f"a.toml:10: streams[0].topics[1] = {topics.split()[1][:-1]}: {LOOP}" in broken.error
    assert "allowed: another errors.dead_letter_topic" in broken.error
    assert broken.config is not None


def test_a_sink_does_not_read_its_own_dead_letters_in_another_of_its_streams(
    folder: ConnectorFolder,
) -> None:
    other = '[[streams]]\nstream = "other"\ntopics = ["dead"]\nschema = "json"\n'
    errors = '[errors]\ndead_letter_stream = "other"\ndead_letter_topic = "dead"\n'
    folder.write("a.toml", SINK + other + errors)

    assert f'streams[1].topics[0] = "dead": {LOOP}' in folder.broken().error


@pytest.mark.parametrize(
    ("topic", "errors"),
    [
        ("dlq_source_random", 'tolerance = "dead_letter"'),
        ("x", 'dead_letter_topic = "x"'),
    ],
)
def test_a_source_does_not_write_to_its_own_dead_letters(
    folder: ConnectorFolder, topic: str, errors: str
) -> None:
    folder.write("a.toml", f"{SOURCE}[errors]\n{errors}\n", ("example_topic", topic))

    assert f'a.toml:10: streams[0].topic = "{topic}": {LOOP}' in folder.broken().error


@pytest.mark.parametrize(
    "errors",
    [
        'dead_letter_stream = "other"\ndead_letter_topic = "example_topic"',
        'dead_letter_topic = "Example_topic"',
        'dead_letter_stream = "other"',
    ],
)
def test_a_topic_of_the_same_name_elsewhere_may_take_dead_letters(
    folder: ConnectorFolder, errors: str
) -> None:
    folder.write("a.toml", f"{SINK}[errors]\n{errors}\n")

    assert folder.sink().errors.tolerance is Tolerance.SKIP


def test_a_file_that_says_nothing_of_dead_letters_may_use_any_topic(
    folder: ConnectorFolder,
) -> None:
    folder.write(
        "a.toml", f'{SINK}[errors]\ntolerance = "skip"\n', ("example_topic", "dlq_sink_stdout")
    )

    assert folder.sink().streams[0].topics == ("dlq_sink_stdout",)


def test_variables_cannot_send_dead_letters_back(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    error = folder.broken(SINK_STDOUT_ERRORS_DEAD_LETTER_TOPIC="example_topic").error

    assert LOOP in error


def test_a_long_key_needs_a_dead_letter_topic_of_its_own(folder: ConnectorFolder) -> None:
    key = ('"stdout"', f'"{"k" * 247}"')
    folder.write("a.toml", SINK + DEAD_LETTER, key)
    too_long = folder.broken().error
    folder.write("a.toml", f'{SINK}{DEAD_LETTER}dead_letter_topic = "x"\n', key)

    assert "a.toml:2: key" in too_long
    assert "set errors.dead_letter_topic (allowed: 1 to 255 bytes)" in too_long
    assert folder.sink().dead_letter_topic_of("s") == ("s", "x")
