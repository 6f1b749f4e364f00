"""Finds dead letters that would go where they cannot, or back to the connector they come from.

A sink would read its own dead letters, and refuse them, for ever; a source would mix them with its
records. Topics are compared as they are written: that an id and a name are the same topic is known
only to Iggy.
"""

from collections.abc import Iterator

from config.iggy_name import ALLOWED_NAMES, is_iggy_name, plain_identifier
from config.key_path import KeyPath
from config.model import SinkConfig, SourceConfig
from config.policies import Tolerance
from config.problem import Located, Problem


def dead_letter_problems(config: SinkConfig | SourceConfig) -> Iterator[Located]:
    """Check a well-formed connector; one that says nothing of dead letters has no problems."""
    errors = config.errors
    explicit = errors.dead_letter_stream is not None or errors.dead_letter_topic is not None
    if errors.tolerance is not Tolerance.DEAD_LETTER and not explicit:
        return
    dead_letters = {_identity(*config.dead_letter_topic_of(one.stream)) for one in config.streams}
    for path, stream, topic in _topics(config):
        if _identity(stream, topic) in dead_letters:
            problem = "is where the connector's own dead letters would go"
            yield Located(path, Problem(problem, allowed="another errors.dead_letter_topic"))
    _, topic = config.dead_letter_topic_of("")
    if errors.dead_letter_topic is None and not is_iggy_name(topic):
        problem = "makes the name of the dead-letter topic too long: set errors.dead_letter_topic"
        yield Located(("key",), Problem(problem, ALLOWED_NAMES))


def _topics(config: SinkConfig | SourceConfig) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield place, stream and topic of all that a connector reads or writes."""
    if isinstance(config, SinkConfig):
        for index, sink_stream in enumerate(config.streams):
            for position, topic in enumerate(sink_stream.topics):
                yield ("streams", index, "topics", position), sink_stream.stream, topic
    else:
        for index, source_stream in enumerate(config.streams):
            yield ("streams", index, "topic"), source_stream.stream, source_stream.topic


def _identity(stream: str, topic: str) -> tuple[str, str]:
    return plain_identifier(stream), plain_identifier(topic)
