"""What a dead letter carries: everything the record had, and why it is one."""

import time
from collections.abc import Mapping
from typing import Any

from apache_iggy import SendMessage

from actors.core import tell
from actors.data_path import BatchSent, SendBatch
from actors.dead_letter import DeadLetter, dead_letter_stream, outgoing_dead_letters
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_producer import IggyProducer
from actors.services import Services
from config.model import Kind
from connectors import RecordError
from connectors.sendable import MAX_HEADER_FIELD_BYTES, MAX_HEADERS_BYTES
from tests.actors.iggy.connecting import iggy_config
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.probe import Probe
from tests.support.sdk import connect, run


def letter(
    payload: bytes = b"payload",
    *,
    headers: Mapping[Any, Any] | None = None,
    cause: str = "too old",
) -> DeadLetter:
    return DeadLetter(
        payload=payload,
        headers=headers,
        error=RecordError(cause),
        place={"stream": "shop", "topic": "orders", "partition": 2, "offset": 7},
        attempts=5,
    )


def headers_of(one: DeadLetter, *, explained: bool = True) -> dict[Any, Any]:
    outgoing = outgoing_dead_letters([one], kind=Kind.SINK, key="orders", explained=explained)
    (headers,) = outgoing.headers
    return dict(headers or {})


def test_a_letter_says_why_where_from_how_often_and_when() -> None:
    headers = headers_of(letter())
    sent_us = headers.pop("dead_letter.time")
    assert isinstance(sent_us, int)
    assert abs(sent_us / 1e6 - time.time()) < 60
    assert headers == {
        "dead_letter.cause": "RecordError: too old",
        "dead_letter.connector": "sink orders",
        "dead_letter.stream": "shop",
        "dead_letter.topic": "orders",
        "dead_letter.partition": 2,
        "dead_letter.offset": 7,
        "dead_letter.attempts": 5,
    }


def test_a_cause_is_cut_to_what_a_header_may_hold_between_two_characters() -> None:
    cause = headers_of(letter(cause="€" * 1000))["dead_letter.cause"]
    assert isinstance(cause, str)
    assert MAX_HEADER_FIELD_BYTES - 3 < len(cause.encode()) <= MAX_HEADER_FIELD_BYTES
    assert set(cause) == set("RecordError: €")


def test_a_letter_with_too_many_headers_keeps_them_and_gets_none() -> None:
    many = {f"header-{number}": "x" for number in range(MAX_HEADERS_BYTES // 520)}
    assert headers_of(letter(headers=many)) == many


def test_unexplained_letters_are_as_they_came() -> None:
    outgoing = outgoing_dead_letters(
        [letter(b"1", headers={"a": 1}), letter(b"2")], kind=Kind.SINK, key="k", explained=False
    )
    assert (outgoing.payloads, outgoing.headers) == ([b"1", b"2"], [{"a": 1}, None])


def test_a_letter_arrives_with_its_headers_typed_in_a_topic_that_was_missing(
    iggy_address: str, services: Services, probe: Probe
) -> None:
    topic = new_topic(iggy_address)
    headers = {"text": "täxt", "bytes": b"\x00\xff", "number": -(2**100), "is": True, "half": 0.5}

    async def send() -> None:
        client = await connect(iggy_address)
        message = SendMessage(b"{not JSON", dict(headers))
        await client.send_messages(topic.where.stream, topic.where.topic, 0, [message])

    run(send)
    (received,) = topic.messages()
    one = letter(received.payload(), headers=received.user_headers())
    producer = IggyProducer.start(
        probe.lineage(), services=services, iggy=iggy_config(iggy_address), streams=()
    )
    part = outgoing_dead_letters([one], kind=Kind.SINK, key="orders")
    stream = dead_letter_stream(topic.where.stream, "dlq_sink_orders")
    tell(producer, SendBatch(source=probe.ref, parts=((stream, part),)))
    assert probe.expect(BatchSent) == BatchSent(sent=1, unsendable=())

    where = GroupTopic(stream=topic.where.stream, topic="dlq_sink_orders", group="any")
    (arrived,) = Topic(iggy_address, where).messages()
    assert arrived.payload() == b"{not JSON"
    original, now = received.user_headers(), arrived.user_headers()
    assert original is not None
    assert now is not None
    assert {name: now[name] for name in original} == dict(original)
    plain = now.to_scalar_dict()
    assert plain["dead_letter.cause"] == "RecordError: too old"
    assert plain["dead_letter.offset"] == 7
    assert len(now) == len(original) + 8
