"""Which requests a batch becomes. The SDK's messages show nothing, so values stand in for them."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import pytest

from actors.data_path import Unsendable
from actors.iggy import request_plan
from actors.iggy.request_plan import RequestPlan, SendRequest
from config.model import Schema, SourceStream
from connectors.outgoing import Outgoing

MIB = 1024 * 1024


class Message(NamedTuple):
    payload: str | bytes
    headers: dict[str, str] | None
    id: int


@pytest.fixture(autouse=True)
def _readable_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_plan, "SendMessage", Message)


def stream(*, batch_length: int | None = None, topic: str = "topic") -> SourceStream:
    return SourceStream(
        stream="stream",
        topic=topic,
        schema=Schema.TEXT,
        batch_length=batch_length,
        linger_time="20ms",
    )


def outgoing(
    *payloads: str | bytes,
    ids: Sequence[int | None] = (),
    keys: Sequence[str | bytes | None] = (),
    partitions: Sequence[int | None] = (),
    headers: Sequence[dict[str, str] | None] = (),
) -> Outgoing:
    none = [None] * len(payloads)
    return Outgoing(
        payloads=list(payloads),
        ids=list(ids) or list(none),
        headers=list(headers) or list(none),
        keys=list(keys) or list(none),
        partitions=list(partitions) or list(none),
        rejections=(),
        filtered=0,
    )


def planned(
    batch: Outgoing,
    *,
    partitions: int = 1,
    batch_length: int | None = None,
    plan: RequestPlan | None = None,
) -> list[SendRequest]:
    requests, unsendable = (plan or RequestPlan()).requests(
        stream(batch_length=batch_length), batch, partitions
    )
    assert unsendable == []
    return requests


def messages(requests: Sequence[SendRequest]) -> list[Message]:
    return [cast("Message", each) for request in requests for each in request.messages]


def payloads(requests: Sequence[SendRequest]) -> list[tuple[int, str]]:
    """Return for each request the partition and the payloads."""
    return [
        (request.partition_id, "".join(str(each.payload) for each in messages([request])))
        for request in requests
    ]


def test_a_request_says_where_it_goes_and_how_long_to_linger() -> None:
    (request,) = planned(outgoing("a", b"b"))
    assert (request.stream, request.topic, request.partition_id) == ("stream", "topic", 0)
    assert request.linger_s == 0.02
    assert [message.payload for message in messages([request])] == ["a", b"b"]


def test_nothing_to_send_is_no_request() -> None:
    assert planned(outgoing()) == []


def test_every_message_has_an_id_and_all_are_different() -> None:
    plan = RequestPlan()
    first = planned(outgoing("a", "b", "c"), plan=plan)
    second = planned(outgoing("a", "b", "c"), plan=plan)
    other = planned(outgoing("a", "b", "c"))
    ids = [message.id for message in messages([*first, *second, *other])]
    assert len(set(ids)) == 9
    assert all(0 < each < 2**128 for each in ids)


def test_an_id_of_the_sources_own_is_kept() -> None:
    ids = [message.id for message in messages(planned(outgoing("a", "b", ids=[7, None])))]
    assert ids[0] == 7
    assert ids[1] > 2**32


def test_headers_are_kept_and_empty_ones_are_none() -> None:
    requests = planned(outgoing("a", "b", "c", headers=[{"k": "v"}, {}, None]))
    assert [message.headers for message in messages(requests)] == [{"k": "v"}, None, None]


def test_requests_go_round_robin_over_the_partitions_and_on_with_the_next_batch() -> None:
    plan = RequestPlan()
    first = planned(outgoing(*"abcde"), partitions=3, batch_length=2, plan=plan)
    assert payloads(first) == [(0, "ab"), (1, "cd"), (2, "e")]
    second = planned(outgoing(*"fg"), partitions=3, batch_length=2, plan=plan)
    assert payloads(second) == [(0, "fg")]


def test_each_topic_has_turns_of_its_own() -> None:
    plan = RequestPlan()
    for topic in ("one", "two"):
        (request,), _ = plan.requests(stream(topic=topic), outgoing("a"), 3)
        assert (request.topic, request.partition_id) == (topic, 0)


def test_the_same_key_goes_to_the_same_partition_in_order() -> None:
    plan = RequestPlan()
    keys = [str(number % 7) for number in range(70)]
    batch = outgoing(*(f"{key}." for key in keys), keys=keys)
    where: dict[str, set[int]] = {}
    for _ in range(2):
        for request in planned(batch, partitions=4, plan=plan):
            for message in messages([request]):
                where.setdefault(str(message.payload), set()).add(request.partition_id)
    assert all(len(partitions) == 1 for partitions in where.values())
    assert len(set.union(*where.values())) > 1


def test_a_key_means_the_same_as_text_and_as_bytes_in_every_process() -> None:
    text = planned(outgoing("a", "b", keys=["key", "other"]), partitions=1000)
    data = planned(outgoing("a", "b", keys=[b"key", b"other"]), partitions=1000)
    assert payloads(text) == payloads(data) == [(48, "a"), (954, "b")]


def test_a_partition_of_its_own_wins_over_a_key_and_the_rest_goes_round_robin() -> None:
    batch = outgoing(*"abcd", partitions=[2, None, 2, None], keys=["k", None, "l", None])
    assert sorted(payloads(planned(batch, partitions=3))) == [(0, "bd"), (2, "ac")]


def test_what_is_for_a_partition_that_is_not_there_is_named_and_the_rest_is_sent() -> None:
    entry = stream()
    requests, unsendable = RequestPlan().requests(entry, outgoing(*"abc", partitions=[1, 2, 7]), 2)
    assert payloads(requests) == [(1, "a")]
    assert unsendable == [
        Unsendable(stream=entry, row=row, reason=f"partition {own} is not there: the topic has 2")
        for row, own in ((1, 2), (2, 7))
    ]


@pytest.mark.parametrize(
    ("batch", "batch_length", "sizes"),
    [
        (outgoing(*"abcdefg"), 3, [3, 3, 1]),
        (outgoing(*"ab"), 3, [2]),
        (outgoing(*"abc"), 0, [3]),
        (outgoing(*[b"x" * (3 * MIB)] * 5), 1000, [2, 2, 1]),
        (outgoing(b"x" * (60 * MIB), b"y"), 1000, [1, 1]),
        (outgoing(b"x" * (8 * MIB), b"y"), 1000, [1, 1]),
        (outgoing(*["x"] * 40_000, headers=[{"k": "v"}] * 40_000), 0, [15_797, 15_797, 8_406]),
    ],
    ids=["length", "less", "no limit", "bytes", "one too large", "just too large", "headers"],
)
def test_a_request_is_bounded_by_length_and_bytes(
    batch: Outgoing, batch_length: int, sizes: list[int]
) -> None:
    requests = planned(batch, batch_length=batch_length)
    assert [len(request.messages) for request in requests] == sizes
