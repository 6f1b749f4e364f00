"""Brings a data directory back into memory on start."""

import logging

from broker.state.catalog import Catalog
from broker.state.topic import Partition, Stream, Topic
from broker.state.topic_options import is_persisted
from broker.storage.crash import flushed_end
from broker.storage.database import Database
from broker.storage.directory import DataDirectory
from broker.wire.tlv import read_options

logger = logging.getLogger(__name__)


def load(
    catalog: Catalog,
    database: Database,
    directory: DataDirectory,
    *,
    crashes_like_the_server: bool = False,
) -> int:
    """Fill an empty catalog and return the highest id of the members that were kept.

    Raises DataDirectoryDamagedError when the files do not fit the database.
    """
    loading = _Loading(catalog, database)
    loading.topics()
    loading.partitions()
    has_crashed = database.rows("SELECT was_clean FROM stops") != [(1,)]
    if crashes_like_the_server and has_crashed:
        loading.lose_what_was_not_flushed()
    loading.offsets()
    loading.groups()
    last_member_id = 0
    if crashes_like_the_server and has_crashed:
        last_member_id = loading.members()
    with database.transaction():
        if not last_member_id:
            database.run("DELETE FROM members")
        database.run("DELETE FROM safe_ends")
        if crashes_like_the_server:
            loading.note_safe_ends()
        database.run("UPDATE stops SET was_clean = 0")
    _remove_orphans(database, directory)
    return last_member_id


class _Loading:
    def __init__(self, catalog: Catalog, database: Database) -> None:
        self._catalog = catalog
        self._database = database
        self._topics: dict[int, Topic] = {}
        self._partitions: dict[int, Partition] = {}

    def topics(self) -> None:
        streams = {}
        for uid, *fields in self._database.rows("SELECT uid, id, name, created_at FROM streams"):
            streams[uid] = Stream(uid, *fields)
            self._catalog.streams.add(streams[uid])
        for (
            uid,
            stream_uid,
            topic_id,
            name,
            created_at,
            options,
            next_group_id,
        ) in self._database.rows(
            "SELECT uid, stream_uid, id, name, created_at, options, next_group_id FROM topics"
        ):
            topic = Topic(
                uid,
                streams[stream_uid],
                topic_id,
                name,
                created_at,
                read_options(memoryview(options)),
                next_group_id,
            )
            topic.stream.topics.add(topic)
            self._topics[uid] = topic

    def partitions(self) -> None:
        for log_id, topic_uid, partition_id, created_at in self._database.rows(
            "SELECT log_id, topic_uid, id, created_at FROM partitions ORDER BY topic_uid, id"
        ):
            topic = self._topics[topic_uid]
            log = self._catalog.log(topic, partition_id, log_id)
            log.open()
            partition = Partition(partition_id, log_id, created_at, log)
            topic.partitions.append(partition)
            self._partitions[log_id] = partition

    def lose_what_was_not_flushed(self) -> None:
        safe_ends = dict(self._database.rows("SELECT log_id, end_offset FROM safe_ends"))
        for topic in self._topics.values():
            if is_persisted(topic.options):
                continue
            for partition in topic.partitions:
                end = flushed_end(partition.log, safe_ends.get(partition.log_id, 0))
                lost = partition.log.end_offset - end
                partition.log.cut_off(end)
                if lost:
                    logger.warning(
                        "As the real server in a crash: lost the last %d messages of partition "
                        "%d of %s/%s",
                        lost,
                        partition.id,
                        topic.stream.name,
                        topic.name,
                    )

    def offsets(self) -> None:
        """Read the stored offsets; none is beyond what is there, in memory at least."""
        for log_id, is_group, consumer, value in self._database.rows(
            "SELECT log_id, is_group, consumer, value FROM offsets"
        ):
            partition = self._partitions[log_id]
            end = partition.log.current_offset
            partition.offsets[bool(is_group), consumer] = min(value, end)

    def groups(self) -> None:
        for uid, topic_uid, group_id, name in self._database.rows(
            "SELECT uid, topic_uid, id, name FROM groups"
        ):
            self._catalog.enter_group(self._topics[topic_uid], uid, group_id, name)

    def members(self) -> int:
        groups = {group.uid: group for topic in self._topics.values() for group in topic.groups}
        last_id = 0
        for group_uid, client, member_id in self._database.rows(
            "SELECT group_uid, client, id FROM members ORDER BY id"
        ):
            groups[group_uid].join(client, member_id, 0)
            last_id = max(last_id, member_id)
        return last_id

    def note_safe_ends(self) -> None:
        for log_id, partition in self._partitions.items():
            self._database.run(
                "INSERT INTO safe_ends VALUES (?, ?)", (log_id, partition.log.end_offset)
            )


def _remove_orphans(database: Database, directory: DataDirectory) -> None:
    """Remove logs of a change that was not committed, or whose files outlived it."""
    known = {str(log_id) for (log_id,) in database.rows("SELECT log_id FROM partitions")}
    for path in directory.logs():
        if path.name.isdigit() and path.name not in known:
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
