import time
from uuid import RFC_4122, UUID

from connectors.uuids import uuid4_texts, uuid7_texts


def test_uuids_of_version_4_are_valid_and_all_different() -> None:
    texts = uuid4_texts(500)

    assert {(UUID(text).version, UUID(text).variant) for text in texts} == {(4, RFC_4122)}
    assert [str(UUID(text)) for text in texts] == texts
    assert len(set(texts)) == 500


def test_uuids_of_version_7_begin_with_the_time() -> None:
    before_ms = time.time_ns() // 1_000_000
    texts = uuid7_texts(500)
    after_ms = time.time_ns() // 1_000_000

    assert {(UUID(text).version, UUID(text).variant) for text in texts} == {(7, RFC_4122)}
    assert [str(UUID(text)) for text in texts] == texts
    assert all(before_ms <= UUID(text).int >> 80 <= after_ms for text in texts)
    assert len(set(texts)) == 500


def test_none_are_made_when_none_are_asked_for() -> None:
    assert uuid4_texts(0) == uuid7_texts(0) == []
