"""Plugins in processes of their own, called as the runtime calls them."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import SinkConfig, SourceConfig
from config.policies import Isolation, TimeoutsConfig
from connectors.errors import RecordError, RetryableError
from connectors.isolation.errors import PluginDiedError
from connectors.isolation.isolate import is_isolated, isolate
from connectors.isolation.isolated_sink import IsolatedSink
from connectors.isolation.isolated_source import IsolatedSource
from tests.connectors.messages import Message, batch, batch_of
from tests.support.connector_folder import NUMBERED_SOURCE
from tests.support.eventually import eventually

PLUGINS = f"{Path(__file__).with_name('harmless_plugins.py')}"
LIMITS = TimeoutsConfig(open_s=20, consume_s=20, close_s=2)
SECRET = "a very secret password"


def sink(
    *,
    path: str = f"{PLUGINS}:TellingSink",
    timeouts: TimeoutsConfig = LIMITS,
    stopping: threading.Event | None = None,
) -> IsolatedSink:
    config = SinkConfig(
        key="told",
        enabled=True,
        version=0,
        name="told",
        path=path,
        plugin_config={"password": SECRET},
        timeouts=timeouts,
    )
    log = logging.getLogger("connector.sink.told")
    plugin = isolate(config, log=log, stopping=stopping or threading.Event())
    assert isinstance(plugin, IsolatedSink)
    return plugin


@pytest.fixture
def opened(caplog: pytest.LogCaptureFixture) -> Iterator[IsolatedSink]:
    caplog.set_level(logging.INFO)
    plugin = sink()
    plugin.open()
    yield plugin
    plugin.close()


def do(plugin: IsolatedSink, what: str) -> None:
    plugin.consume(batch(b'"%s"' % what.encode()))


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_all_columns_of_a_batch_arrive(
    opened: IsolatedSink, caplog: pytest.LogCaptureFixture
) -> None:
    opened.consume(batch_of([Message(b'"take"', 7, {"name": "value", 1: 2.5})]))

    columns = [[7], [2**127 + 7], [2**63 + 7], [1007], [{"name": "value", 1: 2.5}]]
    eventually(lambda: str(columns) in logged(caplog))


def test_columns_that_were_not_read_before_are_asked_for(
    opened: IsolatedSink, caplog: pytest.LogCaptureFixture
) -> None:
    do(opened, "read_nothing")
    do(opened, "read_nothing")
    assert opened._columns == frozenset()
    opened.consume(batch_of([Message(b'"take"', 7, {"name": "value", 1: 2.5})]))

    columns = [[7], [2**127 + 7], [2**63 + 7], [1007], [{"name": "value", 1: 2.5}]]
    eventually(lambda: str(columns) in logged(caplog))
    assert opened._columns == {"ids", "checksums", "timestamps", "headers"}


def test_columns_that_were_not_read_cannot_be_had_when_the_batch_is_over(
    opened: IsolatedSink,
) -> None:
    do(opened, "read_nothing")
    do(opened, "read_nothing")
    assert opened._columns == frozenset()
    with pytest.raises(Exception, match="ids of a batch can be read only while it is consumed"):
        do(opened, "read_what_was_kept")


def test_a_record_that_is_rejected_there_is_rejected_here(opened: IsolatedSink) -> None:
    one = batch(b'"reject"', b"not JSON")
    opened.consume(one)

    assert [(r.offset, str(r.error)) for r in one.outcome.rejections] == [
        (100, "not this one"),
        (101, one.outcome.rejections[1].error.args[0]),
    ]


def test_errors_keep_their_kind(opened: IsolatedSink) -> None:
    with pytest.raises(RecordError, match="not that one") as refused:
        do(opened, "refuse")
    assert refused.value.offset == 100
    with pytest.raises(RetryableError, match="later") as retryable:
        do(opened, "wait")
    assert retryable.value.retry_after_s == 7.5
    with pytest.raises(OSError, match="gone") as lost:
        do(opened, "lose_connection")
    assert type(lost.value).__name__ == "ConnectionResetError"
    with pytest.raises(Exception, match="unforeseen") as unforeseen:
        do(opened, "fail")
    assert type(unforeseen.value).__name__ == "LookupError"
    assert "harmless_plugins.py" in unforeseen.value.__notes__[0]
    with pytest.raises(Exception, match="raised SystemExit: enough"):
        do(opened, "leave")


def test_whatever_it_says_is_logged(opened: IsolatedSink, caplog: pytest.LogCaptureFixture) -> None:
    do(opened, "speak")

    eventually(
        lambda: {"printed", "complained", "logged 1", "logged elsewhere"} <= {*logged(caplog)}
    )
    by_text = {record.getMessage(): record for record in caplog.records}
    assert by_text["printed"].levelno == logging.INFO
    assert by_text["complained"].levelno == logging.WARNING
    assert (by_text["logged 1"].msg, by_text["logged 1"].name) == ("logged %d", opened.log.name)
    assert by_text["logged 1"].fields["offset"] == 5  # type: ignore[attr-defined]
    assert by_text["logged elsewhere"].name == "somewhere.else"


def test_a_flood_of_output_is_cut_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    plugin = sink()
    plugin.open()
    do(plugin, "flood")
    plugin.close()

    assert sum(line.startswith("line ") for line in logged(caplog)) == 100
    left_out = next(line for line in logged(caplog) if line.endswith("were left out"))
    assert int(left_out.split()[0]) >= 900
    assert max(map(len, logged(caplog))) < 10_000


def test_nobody_sees_its_settings_from_outside(
    opened: IsolatedSink, caplog: pytest.LogCaptureFixture
) -> None:
    do(opened, "show_surroundings")

    shown = eventually(lambda: next(iter(logged(caplog)), ""))
    process_id = int(shown[1:].split(",")[0])
    assert process_id != os.getpid()
    assert shown.endswith(f"{process_id}]")  # a session of its own
    assert SECRET not in shown
    assert "connectors.isolation" in shown


def test_signals_for_the_runtime_do_not_end_it(
    opened: IsolatedSink, caplog: pytest.LogCaptureFixture
) -> None:
    do(opened, "show_surroundings")
    shown = eventually(lambda: next(iter(logged(caplog)), ""))
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(int(shown[1:].split(",")[0]), number)
    do(opened, "take")

    assert "Starting the plugin again, in a new process" not in logged(caplog)


def test_a_process_that_dies_between_two_calls_is_replaced_and_the_batch_is_taken(
    opened: IsolatedSink, caplog: pytest.LogCaptureFixture
) -> None:
    do(opened, "die_later")
    process = opened._process
    assert process is not None
    eventually(lambda: process.has_ended)
    do(opened, "take")

    assert "Between two calls the plugin's process ended itself with code 4" in " ".join(
        logged(caplog)
    )


def test_a_process_that_left_a_child_behind_is_known_to_be_dead(opened: IsolatedSink) -> None:
    started_s = time.monotonic()
    with pytest.raises(PluginDiedError, match="ended itself with code 5"):
        do(opened, "leave_a_child")

    assert time.monotonic() - started_s < 5


def test_a_call_that_takes_too_long_ends_the_process(caplog: pytest.LogCaptureFixture) -> None:
    plugin = sink(timeouts=TimeoutsConfig(consume_s=0.3))
    plugin.open()
    with pytest.raises(PluginDiedError, match=r"killed: consume takes longer than 0\.3 s"):
        do(plugin, "ignore_all")
    do(plugin, "take")
    plugin.close()

    assert "failed to close" not in caplog.text


def test_it_learns_that_it_is_time_to_end() -> None:
    stopping = threading.Event()
    plugin = sink(stopping=stopping)
    plugin.open()
    threading.Timer(0.2, stopping.set).start()
    do(plugin, "stay")
    plugin.close()


def test_a_plugin_that_is_not_there_is_refused_as_without_isolation() -> None:
    with pytest.raises(ConfigError, match="has no TellingSinks; did you mean TellingSink"):
        sink(path=f"{PLUGINS}:TellingSinks")


def test_what_a_source_produces_arrives_whatever_it_is() -> None:
    config = SourceConfig(
        key="odd", enabled=True, version=0, name="odd", path=f"{PLUGINS}:OddSource"
    )
    plugin = isolate(config, log=logging.getLogger("odd"), stopping=threading.Event())
    assert isinstance(plugin, IsolatedSource)
    plugin.open(None)
    produced = plugin.poll()
    plugin.close()

    assert produced is not None
    assert (produced.schema, produced.state) == ("json", b"\0state")
    first, second, third, fourth, fifth = produced.records
    assert first == (b'{"n":1}', 2**127, {"a": 2**100, "b": b"\xff"}, "k", None)
    assert second == (b"[2]", None, None, None, 3)
    assert third.payload == b'{"date":"00000000-0000-0000-0000-000000000005"}'
    assert third.key == b"\0"
    assert repr(fourth.payload).startswith("<object object at")
    assert "udc80" in repr(fifth.payload)


@pytest.mark.parametrize(
    ("path", "isolation", "memory_limit_bytes", "is_so"),
    [
        ("stdout", None, None, False),
        ("stdout", Isolation.PROCESS, None, True),
        ("stdout", None, 1_000_000, True),
        ("native", None, None, True),
        ("native", Isolation.THREAD, None, False),
    ],
)
def test_native_plugins_and_those_with_limits_are_isolated_unless_told_otherwise(
    tmp_path: Path,
    path: str,
    isolation: Isolation | None,
    memory_limit_bytes: int | None,
    is_so: bool,
) -> None:
    library = tmp_path / "native.so"
    library.touch()
    config = SinkConfig(
        key="k",
        enabled=True,
        version=0,
        name="n",
        path=str(library) if path == "native" else path,
        isolation=isolation,
        memory_limit_bytes=memory_limit_bytes,
    )

    assert is_isolated(config) is is_so


@pytest.mark.parametrize("accepted", [True, False])
def test_a_source_whose_process_died_goes_on_from_what_was_saved(*, accepted: bool) -> None:
    config = SourceConfig(
        key="numbers",
        enabled=True,
        version=0,
        name="numbers",
        path=NUMBERED_SOURCE,
        plugin_config={"batch": 10, "end": 1000},
    )
    plugin = isolate(config, log=logging.getLogger("numbers"), stopping=threading.Event())
    assert isinstance(plugin, IsolatedSource)
    plugin.open(b"5")
    assert plugin.poll() is not None
    process = plugin._process
    assert process is not None
    os.kill(process._process.pid, signal.SIGKILL)
    plugin.on_batch_result(accepted=accepted)

    produced = plugin.poll()
    plugin.close()

    assert produced is not None
    assert produced.records[0].payload == (b"15" if accepted else b"5")
