"""The logger of one connector."""

import logging

import pytest

from actors.connector_log import connector_log
from config.model import Kind


def fields(record: logging.LogRecord) -> object:
    return vars(record)["fields"]


def test_every_line_says_whose_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    connector_log(Kind.SINK, "a.b").info("hello")
    connector_log(Kind.SINK, "a").info("hello")
    assert [fields(record) for record in caplog.records] == [
        {"connector_kind": "sink", "connector_key": "a.b"},
        {"connector_kind": "sink", "connector_key": "a"},
    ]


def test_a_call_adds_its_own_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    connector_log(Kind.SOURCE, "a").info("hello", extra={"fields": {"offset": 5}})
    assert fields(caplog.records[0]) == {
        "connector_kind": "source", "connector_key": "a", "offset": 5
    }  # fmt: skip


def test_asking_again_gives_the_same_logger_and_nothing_twice() -> None:
    first = connector_log(Kind.SINK, "again")
    assert connector_log(Kind.SINK, "again") is first
    assert len(first.filters) == 1
