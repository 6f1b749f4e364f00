"""Plugins of shared libraries, in the process that tests them."""

import logging
import threading
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import Kind
from connectors.create import create_plugin
from connectors.native import native_source as native_source_module
from connectors.native.errors import NativePluginError
from connectors.native.library import load_library
from connectors.native.native_sink import NativeSink
from connectors.native.native_source import NativeSource
from connectors.produced import Produced
from connectors.registry import find_plugin, is_native
from tests.connectors.messages import batch
from tests.support.eventually import eventually
from tests.support.native_libraries import Compile
from tests.support.numbers import recorded_values


def create(library: Path, kind: Kind, **options: object) -> NativeSink | NativeSource:
    plugin = create_plugin(
        find_plugin(str(library), kind).plugin_class,
        key="native",
        log=logging.getLogger("connector.native"),
        plugin_config={
            name: str(value) if isinstance(value, Path) else value
            for name, value in options.items()
        },
        stopping=threading.Event(),
    )
    assert isinstance(plugin, (NativeSink, NativeSource))
    return plugin


def sink(library: Path, **options: object) -> NativeSink:
    plugin = create(library, Kind.SINK, **options)
    assert isinstance(plugin, NativeSink)
    return plugin


def source(library: Path, **options: object) -> NativeSource:
    plugin = create(library, Kind.SOURCE, **options)
    assert isinstance(plugin, NativeSource)
    return plugin


def numbers(produced: Produced | None) -> list[int]:
    assert produced is not None
    payloads = [record.payload for record in produced.records]
    return [int(payload) for payload in payloads if isinstance(payload, bytes)]


def refusal(library: Path, kind: Kind) -> str:
    with pytest.raises(ConfigError) as caught:
        find_plugin(str(library), kind)
    return str(caught.value)


def test_a_library_says_its_version(native_sink: Path, native_source: Path) -> None:
    assert find_plugin(str(native_sink), Kind.SINK).version == "1.2.3-test"
    assert find_plugin(str(native_source), Kind.SOURCE).version == "4.5.6-test"
    assert load_library(native_sink) is load_library(native_sink)


def test_whether_a_path_is_native_is_known_without_loading(tmp_path: Path) -> None:
    (tmp_path / "libmine.so").touch()

    assert is_native(str(tmp_path / "libmine"), Kind.SINK)
    assert not is_native(str(tmp_path / "libother.so"), Kind.SINK)
    assert not is_native("stdout", Kind.SINK)
    assert not is_native("connectors.sinks.stdout_sink:StdoutSink", Kind.SINK)


def test_a_library_of_the_other_kind_is_refused(native_sink: Path) -> None:
    assert f"{native_sink} is a sink, and this connector is a source" in refusal(
        native_sink, Kind.SOURCE
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("int unrelated;", "is no connector: it exports neither iggy_sink_open nor"),
        ("int iggy_sink_open(void) { return 0; }", "does not export iggy_sink_consume, iggy_sink"),
        (
            "int iggy_source_open(void) { return 0; } int iggy_source_handle(void) { return 0; }",
            "is built with a connector SDK older than 0.5",
        ),
        ("void nowhere(void); void iggy_sink_open(void) { nowhere(); }", "undefined symbol"),
    ],
)
def test_a_library_that_is_no_plugin_is_refused(
    compile_library: Compile, code: str, words: str
) -> None:
    kind = Kind.SOURCE if "source" in code else Kind.SINK

    assert words in refusal(compile_library(code), kind)


def test_instances_of_one_library_do_not_know_each_other(native_sink: Path, tmp_path: Path) -> None:
    first = sink(native_sink, record=tmp_path / "first")
    second = sink(native_sink, record=tmp_path / "second")
    first.open()
    second.open()
    first.consume(batch(b"1"))
    second.consume(batch(b"2"))
    first.close()
    second.consume(batch(b"3"))
    second.close()

    assert recorded_values(tmp_path / "first") == [1]
    assert recorded_values(tmp_path / "second") == [2, 3]


def test_the_log_of_an_only_instance_is_the_connectors_and_else_the_librarys(
    native_sink: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    first, second = (sink(native_sink, record=tmp_path / name) for name in ("first", "second"))
    first.open()
    second.open()
    second.close()
    first.close()

    names = [record.name for record in caplog.records]
    own, library = "connector.native", f"connector.library.{native_sink.name}"
    assert names == [own, library, library, own]
    assert caplog.records[0].fields == {"connector_target": "test_plugin::native"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "words"),
    [({}, "result -1"), ({"record": "/dev/null", "open_result": 1}, "failed to open; its log")],
)
def test_a_failed_open_is_told_and_can_be_closed(
    native_sink: Path, options: dict[str, object], words: str
) -> None:
    plugin = sink(native_sink, **options)

    with pytest.raises(Exception, match=words):
        plugin.open()
    plugin.close()


def test_a_record_that_the_library_could_not_decode_is_rejected_and_not_left_out_silently(
    native_sink: Path, tmp_path: Path
) -> None:
    plugin = sink(native_sink, record=tmp_path / "record")
    plugin.open()
    some = batch(b"1", b"not JSON", b"3")
    plugin.consume(some)
    plugin.close()

    assert recorded_values(tmp_path / "record") == [1, 3]
    assert [rejection.offset for rejection in some.outcome.rejections] == [101]


def test_a_failure_is_told_by_its_result(native_sink: Path, tmp_path: Path) -> None:
    failure = tmp_path / "failure"
    plugin = sink(native_sink, record=tmp_path / "record", failure=failure)
    plugin.open()
    for result, words in (("1", "failed to consume"), ("-1", "does not take the batch")):
        failure.write_text(result)
        with pytest.raises(NativePluginError, match=words):
            plugin.consume(batch(b"1"))
    plugin.close()


def test_an_acknowledged_source_goes_on_with_the_same_instance(
    native_source: Path, tmp_path: Path
) -> None:
    verdicts = tmp_path / "verdicts"
    plugin = source(native_source, end=30, batch=10, verdicts=verdicts)
    plugin.open(b"10")
    assert numbers(plugin.poll()) == list(range(10, 20))
    plugin.on_batch_result(accepted=True)
    assert numbers(plugin.poll()) == list(range(20, 30))
    plugin.on_batch_result(accepted=True)
    assert plugin.poll() is None
    plugin.close()

    assert verdicts.read_text() == "1 0\n2 0\n"


def test_a_batch_that_was_not_accepted_comes_again_from_a_new_instance(
    native_source: Path, tmp_path: Path
) -> None:
    plugin = source(native_source, end=100, batch=10, verdicts=tmp_path / "verdicts")
    plugin.open(None)
    assert numbers(plugin.poll()) == list(range(10))
    plugin.on_batch_result(accepted=True)
    assert numbers(plugin.poll()) == list(range(10, 20))
    plugin.on_batch_result(accepted=False)
    # What the instance went on with is refused: it would have left out the batch.
    eventually(lambda: "3 2\n" in (tmp_path / "verdicts").read_text())
    assert numbers(plugin.poll()) == list(range(10, 20))
    plugin.close()


def test_after_a_late_verdict_the_next_instance_goes_on_behind_the_batch(
    native_source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_source_module, "_LATE_AFTER_S", 0.0)
    plugin = source(native_source, end=100, batch=10, verdicts=tmp_path / "verdicts")
    plugin.open(None)
    for start in (0, 10, 20):
        assert numbers(plugin.poll()) == list(range(start, start + 10))
        plugin.on_batch_result(accepted=True)
    plugin.close()

    # Each was the first batch of its instance.
    assert (tmp_path / "verdicts").read_text().splitlines().count("1 0") == 3


def test_garbage_is_an_error_and_then_comes_again(native_source: Path) -> None:
    plugin = source(native_source, end=100, batch=10, garbage=2)
    plugin.open(None)
    assert numbers(plugin.poll()) == list(range(10))
    plugin.on_batch_result(accepted=True)
    with pytest.raises(NativePluginError, match=r"produced garbage: 127 is no schema"):
        plugin.poll()
    assert numbers(plugin.poll()) == list(range(10, 20))
    plugin.close()


def test_a_callback_for_an_instance_that_is_closed_is_refused(native_source: Path) -> None:
    library = load_library(native_source)

    assert library.send_callback(99_999, 1, None, 0) == 1
