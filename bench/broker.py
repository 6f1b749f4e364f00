"""The development broker must not be what is measured: how near it is to doing nothing at all.

The SDK sends fresh messages and polls them with their payloads, 1000 x 200 bytes a call, in turns
against the broker and against a responder that only echoes canned frames. The ratio of the two
rates is to stay at or above 0.7.
"""

import asyncio
import os
import socket
import statistics
import struct
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from apache_iggy import Consumer, IggyClient, PollingStrategy, SendMessage

from bench.broker_process import BrokerProcess
from bench.child_process import resident_bytes, running_module
from bench.sdk_alone import connect
from bench.workload import MESSAGES, PAYLOAD_BYTES
from broker.wire.writer import name, u32

AIM = 0.7
IDLE_CONNECTIONS = 1000

_ROUNDS = 5
_STORED_BATCHES = 100
_STREAM, _TOPIC = "bench", "topic"

# Calls the SDK in a loop until the deadline and returns messages per second.
Measurement = Callable[[IggyClient, float], Awaitable[float]]


def measure(broker: BrokerProcess, seconds: float) -> None:
    """Print the rates, their ratios, and what idle connections take; in about `seconds`."""
    turn_s = seconds / (len(_MEASUREMENTS) * _ROUNDS * 2)
    with _canned_responder() as canned_address:
        asyncio.run(_compare(canned_address, broker.address, turn_s))
    _print_idle_connections(broker)


async def _compare(canned_address: str, broker_address: str, turn_s: float) -> None:
    canned, broker = await connect(canned_address), await connect(broker_address)
    await broker.create_stream(_STREAM)
    await broker.create_topic(_STREAM, _TOPIC, 1)
    for label, measure in _MEASUREMENTS.items():
        rounds = [
            (await measure(canned, turn_s), await measure(broker, turn_s)) for _ in range(_ROUNDS)
        ]
        nothing, real = (statistics.median(rates) for rates in zip(*rounds, strict=True))
        ratio = statistics.median(after / before for before, after in rounds)
        print(
            f"broker: {label} {real / 1e6:5.2f} M msg/s, canned {nothing / 1e6:5.2f} M msg/s, "
            f"ratio {ratio:.2f} (aim {AIM})"
        )
    await broker.delete_stream(_STREAM)


async def _send(client: IggyClient, seconds: float) -> float:
    """Send fresh messages for so long; now and then the topic is emptied, which does not count."""
    calls, spent_s, payload = 0, 0.0, "x" * PAYLOAD_BYTES
    while spent_s < seconds:
        await client.purge_topic(_STREAM, _TOPIC)
        started_s = time.perf_counter()
        for _ in range(_STORED_BATCHES):
            messages = [SendMessage(payload) for _ in range(MESSAGES)]
            await client.send_messages(_STREAM, _TOPIC, 0, messages)
            calls += 1
        spent_s += time.perf_counter() - started_s
    return calls * MESSAGES / spent_s


async def _poll(client: IggyClient, seconds: float) -> float:
    """Poll what was sent, and read each payload."""
    calls, started_s = 0, time.perf_counter()
    while (spent_s := time.perf_counter() - started_s) < seconds:
        messages = await client.poll_messages(
            _STREAM,
            _TOPIC,
            consumer=Consumer.Single("bench"),
            polling_strategy=PollingStrategy.Offset(calls % _STORED_BATCHES * MESSAGES),
            count=MESSAGES,
            auto_commit=False,
            partition_id=0,
        )
        assert sum(len(message.payload()) for message in messages) == MESSAGES * PAYLOAD_BYTES
        calls += 1
    return calls * MESSAGES / spent_s


_MEASUREMENTS: dict[str, Measurement] = {
    "send": _send,
    "poll": _poll,
}


def _print_idle_connections(broker: BrokerProcess) -> None:
    """Log many raw connections in and print what the broker's memory grew by."""
    host, _, port = broker.address.rpartition(":")
    before_bytes = resident_bytes(broker.pid)
    connections = []
    for number in range(IDLE_CONNECTIONS):
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(_login_frame(number))
        connection.recv(4096)
        connections.append(connection)
    grown_bytes = resident_bytes(broker.pid) - before_bytes
    print(
        f"broker: {IDLE_CONNECTIONS} idle connections take {grown_bytes / 1e6:.1f} MB, "
        f"{grown_bytes / IDLE_CONNECTIONS / 1000:.1f} kB each; without them the broker takes "
        f"{before_bytes / 1e6:.0f} MB"
    )
    for connection in connections:
        connection.close()


def _login_frame(number: int) -> bytes:
    body = u32(11 << 10) + name("bench") + name("1") + name("iggy") + name("iggy") + u32(0)
    header = bytearray(256)
    struct.pack_into("<I8xB", header, 48, 256 + len(body), 5)
    struct.pack_into("<Q", header, 128, number + 1)
    header[176] = 1
    return bytes(header) + body


@contextmanager
def _canned_responder() -> Iterator[str]:
    with running_module("bench.canned_responder", os.environ) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
