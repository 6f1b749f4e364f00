"""Records of a source that cannot be sent: the end by default, or skipped, or dead letters."""

import pytest

from actors.core import ChildDied
from actors.data_path import SendBatch, Unsendable
from actors.state_store import SaveState
from config.policies import Tolerance
from connectors import FatalError, Produced, ProducedRecord
from connectors.sendable import MAX_PAYLOAD_BYTES
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.actors.staged_source import (
    StagedSourceConnector,
    StartSource,
    configured,
    produced,
)


def ends(source: StagedSourceConnector) -> str:
    died = source.supervisor.expect(ChildDied)
    assert isinstance(died.error, FatalError)
    source.store.ref.tell("it has ended")
    source.store.expect_none(SaveState, before=str)
    source.stage.expect("close")
    source.stage.probe.ref.tell("that was all")
    source.stage.probe.expect_none(PluginCalled, before=str)
    return str(died.error)


def test_by_default_a_source_stops_before_a_record_that_cannot_be_sent(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1, b"{not JSON at all: the schema is the stream's", object()))
    source = start_source()
    assert "stopped before a record that cannot be sent" in ends(source)
    source.producer.ref.tell("it has ended")
    source.producer.expect_none(SendBatch, before=str)


def test_a_record_that_cannot_be_sent_may_be_skipped(
    start_source: StartSource, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.produced.append(produced(1, object(), 3))
    source = start_source(configured(stage.key, tolerance=Tolerance.SKIP))
    assert source.sends() == [["1", "3"]]
    source.sent(2)
    source.saved(source.saves())
    stage.expect("accepted")
    source.counted(errors=1)
    assert "A produced record is skipped" in caplog.text


def test_a_dead_letter_is_in_iggy_before_the_state_is_saved(
    start_source: StartSource, stage: Stage
) -> None:
    bad = ProducedRecord({1, 2}, headers={"trace": b"\x01"})
    stage.produced.append(Produced(records=[ProducedRecord(1), bad], state=b"2"))
    source = start_source(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    (_, good), (stream, letters) = source.producer.expect(SendBatch).parts
    assert good.payloads == ["1"]
    assert (stream.stream, stream.topic) == ("shop", f"dlq_source_{stage.key}")
    assert letters.payloads == [b"{1, 2}"]
    (headers,) = letters.headers
    assert headers is not None
    assert headers["trace"] == b"\x01"
    assert headers["dead_letter.connector"] == f"source {stage.key}"
    assert headers["dead_letter.topic"] == "orders"
    source.store.ref.tell("not sent yet")
    source.store.expect_none(SaveState, before=str)
    source.sent(2)
    assert source.saves().state == b"2"


def test_what_turns_out_to_be_unsendable_goes_to_the_dead_letters_before_the_state(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1, 2))
    config = configured(stage.key, tolerance=Tolerance.DEAD_LETTER)
    source = start_source(config)
    source.sends()
    unsendable = Unsendable(stream=config.streams[0], row=1, reason="partition 9 is not there")
    source.sent(1, (unsendable,))
    ((_, letters),) = source.producer.expect(SendBatch).parts
    assert letters.payloads == [b"2"]
    source.store.ref.tell("dead letter not sent yet")
    source.store.expect_none(SaveState, before=str)
    source.sent()
    source.saved(source.saves())
    stage.expect("accepted")


def test_by_default_a_source_stops_where_a_partition_is_not_there(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    config = configured(stage.key)
    source = start_source(config)
    source.sends()
    source.sent(0, (Unsendable(stream=config.streams[0], row=0, reason="no partition 9"),))
    assert "no partition 9" in ends(source)


def test_a_source_stops_before_a_record_too_large_even_for_the_dead_letters(
    start_source: StartSource, stage: Stage
) -> None:
    large = b"1" * (MAX_PAYLOAD_BYTES + 1)
    stage.produced.append(produced(large))
    source = start_source(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    assert f"{len(large)} bytes" in ends(source)


def test_no_payload_is_shown_in_what_is_logged_or_reported(
    start_source: StartSource, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.produced.append(produced({"secret"}))
    stage.produced.append(produced({"secret"}))
    source = start_source(configured(stage.key, tolerance=Tolerance.SKIP))
    source.sends()
    assert "secret" not in caplog.text
