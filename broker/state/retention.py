"""Lets messages go when they are too old, or when their topic has grown too large.

Whole segments go, the oldest first. The newest segment of a partition stays, unless all of it is
too old.
"""

from broker.state.topic import Topic
from broker.state.topic_options import NEVER, UNLIMITED, expiry_us, max_size_bytes


def retain(topic: Topic, now_us: int) -> None:
    """Remove what the topic's options say should go."""
    expiry, limit = expiry_us(topic.options), max_size_bytes(topic.options)
    if expiry != NEVER:
        for partition in topic.partitions:
            partition.log.drop_before(now_us - expiry)
    while limit != UNLIMITED and topic.size_bytes > limit:
        logs = [p.log for p in topic.partitions if p.log.segment_count > 1]
        if not logs:
            return
        min(logs, key=lambda log: log.oldest_timestamp).drop_oldest(1)
