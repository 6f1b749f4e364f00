"""Statistics of the process and of everything it holds."""

import os
import struct
import threading
import time
from pathlib import Path

from broker.call import Call, Command, World, now_us
from broker.wire.codes import Code
from broker.wire.version import SERVER_SEMVER, SERVER_VERSION
from broker.wire.writer import text32, u32, u64

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_FIXED = struct.Struct("<IffQQQQQQQQIIIIQII")


def _get(call: Call) -> bytes:
    world = call.world
    system = os.uname()
    disk = os.statvfs(world.settings.data_directory)
    caches = u32(0)
    return (
        _numbers(world)
        + text32(system.nodename)
        + text32(system.sysname)
        + text32(system.release)
        + text32(system.version)
        + text32(SERVER_VERSION)
        + u32(SERVER_SEMVER)
        + caches
        + u32(threading.active_count())
        + u64(disk.f_bavail * disk.f_frsize)
        + u64(disk.f_blocks * disk.f_frsize)
    )


def _numbers(world: World) -> bytes:
    now = now_us()
    cpu_percent = 100 * time.process_time() / max((now - world.started_us) / 1e6, 0.001)
    streams = list(world.catalog.streams)
    topics = [topic for stream in streams for topic in stream.topics]
    partitions = [partition for topic in topics for partition in topic.partitions]
    read_bytes, written_bytes = _disk_traffic()
    return _FIXED.pack(
        os.getpid(),
        min(cpu_percent, 100 * (os.cpu_count() or 1)),
        100 * os.getloadavg()[0] / (os.cpu_count() or 1),
        _resident_bytes(),
        os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES,
        os.sysconf("SC_AVPHYS_PAGES") * _PAGE_BYTES,
        now - world.started_us,
        world.started_us,
        read_bytes,
        written_bytes,
        sum(topic.size_bytes for topic in topics),
        len(streams),
        len(topics),
        len(partitions),
        sum(partition.log.segment_count for partition in partitions),
        sum(topic.message_count for topic in topics),
        len(world.sessions),
        sum(len(topic.groups) for topic in topics),
    )


def _resident_bytes() -> int:
    """Return the process's memory; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
    except OSError:
        return 0


def _disk_traffic() -> tuple[int, int]:
    """Return the bytes read from and written to disk; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0, 0
    counters = dict(line.split(": ") for line in lines)
    return int(counters["read_bytes"]), int(counters["write_bytes"])


COMMANDS: dict[int, Command] = {Code.GET_STATS: _get}
