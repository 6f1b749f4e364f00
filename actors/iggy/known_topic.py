"""A topic as the server shows it. Plain values, made in the Iggy loop's thread."""

from dataclasses import dataclass

from apache_iggy import TopicDetails

_DURABILITY = "durability"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTopic:
    """A topic that is there: how many `partitions` it has, and what its messages survive.

    `durability` is `persisted` or `replicated`; None where the server does not tell.
    """

    partitions: int
    durability: str | None


def known_topic(details: TopicDetails) -> KnownTopic:
    """Read what counts: the topic's own options, else those that the server resolved for it."""
    options = details.derived_options.to_scalar_dict() | details.options.to_scalar_dict()
    durability = options.get(_DURABILITY)
    return KnownTopic(
        partitions=details.partitions_count,
        durability=durability if isinstance(durability, str) else None,
    )
