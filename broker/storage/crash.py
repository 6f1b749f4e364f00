"""What a crash of the real server takes with it, for tests that must live with that.

The real server writes a partition out when 1024 messages have come together. What came after the
last time is lost in a crash, although it was acknowledged.
"""

from broker.storage.partition_log import PartitionLog

_WRITTEN_OUT_EVERY = 1024


def flushed_end(log: PartitionLog, safe_end: int) -> int:
    """Return the offset behind the last message that was written out.

    Everything before `safe_end` was there when the broker started.
    """
    end = max(safe_end, log.first_offset)
    waiting = 0
    for header in log.headers(end):
        waiting += header.message_count
        if waiting >= _WRITTEN_OUT_EVERY:
            end, waiting = header.end_offset, 0
    return end
