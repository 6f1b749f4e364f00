"""All streams, topics, partitions and groups: in memory, and in the database before that.

A change is written first; if that fails, memory is as before. Each incarnation of a partition has
a log of its own, so that deleting or purging is one database change and the files go afterwards.
"""

import logging

from broker.state.group import Group
from broker.state.registry import Registry
from broker.state.topic import Partition, Stream, Topic
from broker.state.topic_options import MAX_PARTITIONS, segment_bytes
from broker.storage.database import Database
from broker.storage.directory import DataDirectory
from broker.storage.open_files import OpenFiles
from broker.storage.partition_log import PartitionLog
from broker.wire.status import RefusedError, Status
from broker.wire.tlv import Value, write_options

logger = logging.getLogger(__name__)


class Catalog:
    """Finds and changes what is there; refuses what cannot be."""

    def __init__(self, database: Database, directory: DataDirectory) -> None:
        self.streams: Registry[Stream] = Registry()
        self.files = OpenFiles()
        self._database = database
        self._directory = directory

    def stream(self, identifier: int | str) -> Stream:
        """Return a stream; refuses one that is not there."""
        stream = self.streams.find(identifier)
        if stream is None:
            raise RefusedError(Status.STREAM_NOT_FOUND)
        return stream

    def topic(self, stream: int | str, topic: int | str) -> Topic:
        """Return a topic; refuses one that is not there, or its stream."""
        found = self.stream(stream).topics.find(topic)
        if found is None:
            raise RefusedError(Status.TOPIC_NOT_FOUND)
        return found

    def create_stream(self, name: str, now_us: int) -> Stream:
        """Add a stream under a name that is free."""
        if self.streams.find(name):
            raise RefusedError(Status.STREAM_EXISTS)
        stream_id = self.streams.free_id()
        uid = self._database.run(
            "INSERT INTO streams (id, name, created_at) VALUES (?, ?, ?)",
            (stream_id, name, now_us),
        )
        stream = Stream(uid, stream_id, name, now_us)
        self.streams.add(stream)
        return stream

    def rename_stream(self, stream: Stream, name: str) -> None:
        """Give a stream another name."""
        if self.streams.find(name) not in {None, stream}:
            raise RefusedError(Status.STREAM_EXISTS)
        self._database.run("UPDATE streams SET name = ? WHERE uid = ?", (name, stream.uid))
        self.streams.rename(stream, name)

    def delete_stream(self, stream: Stream) -> None:
        """Remove a stream with all topics."""
        self._database.run("DELETE FROM streams WHERE uid = ?", (stream.uid,))
        self.streams.remove(stream)
        for topic in stream.topics:
            self._drop(topic.partitions)
            topic.wake()

    def create_topic(
        self, stream: Stream, name: str, partitions: int, options: dict[str, Value], now_us: int
    ) -> Topic:
        """Add a topic under a name that is free in its stream."""
        if partitions > MAX_PARTITIONS:
            raise RefusedError(Status.TOO_MANY_PARTITIONS)
        if stream.topics.find(name):
            raise RefusedError(Status.TOPIC_EXISTS)
        topic_id = stream.topics.free_id()
        with self._database.transaction():
            uid = self._database.run(
                "INSERT INTO topics (stream_uid, id, name, created_at, options)"
                " VALUES (?, ?, ?, ?, ?)",
                (stream.uid, topic_id, name, now_us, write_options(options)),
            )
            topic = Topic(uid, stream, topic_id, name, now_us, options)
            new = self._new_partitions(topic, range(partitions), now_us)
        topic.partitions = new
        stream.topics.add(topic)
        return topic

    def update_topic(self, topic: Topic, name: str, options: dict[str, Value]) -> None:
        """Give a topic another name and other options."""
        if topic.stream.topics.find(name) not in {None, topic}:
            raise RefusedError(Status.TOPIC_EXISTS)
        self._database.run(
            "UPDATE topics SET name = ?, options = ? WHERE uid = ?",
            (name, write_options(options), topic.uid),
        )
        topic.stream.topics.rename(topic, name)
        topic.options = options

    def delete_topic(self, topic: Topic) -> None:
        """Remove a topic with its messages, groups and offsets."""
        self._database.run("DELETE FROM topics WHERE uid = ?", (topic.uid,))
        topic.stream.topics.remove(topic)
        self._drop(topic.partitions)
        topic.wake()

    def purge_topic(self, topic: Topic) -> None:
        """Begin every partition anew at offset 0, without stored offsets."""
        old = topic.partitions
        with self._database.transaction():
            self._database.run("DELETE FROM partitions WHERE topic_uid = ?", (topic.uid,))
            new = [
                partition
                for previous in old
                for partition in self._new_partitions(topic, [previous.id], previous.created_at)
            ]
        topic.partitions = new
        self._drop(old)
        for group in topic.groups:
            group.note_purged()
        topic.wake()

    def add_partitions(self, topic: Topic, count: int, now_us: int) -> None:
        """Add partitions behind the highest one; the groups spread over them at once."""
        present = len(topic.partitions)
        if not count:
            raise RefusedError(Status.INVALID_PARTITIONS_COUNT)
        if present + count > MAX_PARTITIONS:
            raise RefusedError(Status.TOO_MANY_PARTITIONS)
        with self._database.transaction():
            new = self._new_partitions(topic, range(present, present + count), now_us)
        topic.partitions = topic.partitions + new
        self._resize_groups(topic)

    def remove_partitions(self, topic: Topic, count: int) -> None:
        """Remove the highest partitions with their messages."""
        if not 0 < count <= len(topic.partitions):
            raise RefusedError(Status.INVALID_PARTITIONS_COUNT)
        kept, gone = topic.partitions[:-count], topic.partitions[-count:]
        self._database.run(
            "DELETE FROM partitions WHERE topic_uid = ? AND id >= ?", (topic.uid, len(kept))
        )
        topic.partitions = kept
        self._drop(gone)
        self._resize_groups(topic)

    def create_group(self, topic: Topic, name: str) -> Group:
        """Add a group under a name that is free in its topic; its id is never used again."""
        if topic.groups.find(name):
            raise RefusedError(Status.GROUP_EXISTS)
        group_id = topic.next_group_id
        with self._database.transaction():
            self._database.run(
                "UPDATE topics SET next_group_id = ? WHERE uid = ?", (group_id + 1, topic.uid)
            )
            uid = self._database.run(
                "INSERT INTO groups (topic_uid, id, name) VALUES (?, ?, ?)",
                (topic.uid, group_id, name),
            )
        topic.next_group_id = group_id + 1
        return self.enter_group(topic, uid, group_id, name)

    def enter_group(self, topic: Topic, uid: int, group_id: int, name: str) -> Group:
        """Take a stored group into memory, without members."""
        group = Group(uid, group_id, name, topic.stored_by_group(group_id))
        group.resize(range(len(topic.partitions)))
        topic.groups.add(group)
        return group

    def delete_group(self, topic: Topic, group: Group) -> None:
        """Remove a group with its offsets."""
        with self._database.transaction():
            self._database.run("DELETE FROM groups WHERE uid = ?", (group.uid,))
            self._database.run(
                "DELETE FROM offsets WHERE is_group AND consumer = ? AND log_id IN"
                " (SELECT log_id FROM partitions WHERE topic_uid = ?)",
                (group.id, topic.uid),
            )
        topic.groups.remove(group)
        for partition in topic.partitions:
            partition.offsets.pop((True, group.id), None)
        topic.wake()

    def log(self, topic: Topic, partition_id: int, log_id: int) -> PartitionLog:
        """Return the log of a partition, not opened."""
        return PartitionLog(
            self._directory.log(log_id),
            partition_id,
            segment_bytes=segment_bytes(topic.options),
            files=self.files,
        )

    def _new_partitions(
        self, topic: Topic, ids: "range | list[int]", now_us: int
    ) -> list[Partition]:
        partitions = []
        for partition_id in ids:
            log_id = self._database.run(
                "INSERT INTO partitions (topic_uid, id, created_at) VALUES (?, ?, ?)",
                (topic.uid, partition_id, now_us),
            )
            log = self.log(topic, partition_id, log_id)
            log.create()
            partitions.append(Partition(partition_id, log_id, now_us, log))
        return partitions

    def _resize_groups(self, topic: Topic) -> None:
        for group in topic.groups:
            group.resize(range(len(topic.partitions)))
        topic.wake()

    @staticmethod
    def _drop(partitions: list[Partition]) -> None:
        for partition in partitions:
            try:
                partition.log.delete()
            except OSError as error:
                logger.warning("Left for the next start to remove: %s", error)
