"""Connector files with mistakes: the connector is listed with the reason, the others run."""

from pathlib import Path

import pytest

from config.model import Kind, SinkConfig, SourceConfig
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("enabled = true", "", "enabled: is required and missing"),
        ("enabled = true", 'enabled = "on"', 'a.toml:3: enabled = "on": must be true or false'),
        ("version = 0", "", "version: is required and missing"),
        ("version = 0", 'version = "0"', 'a.toml:4: version = "0": must be a whole number'),
        ("version = 0", "version = -1", "must be a whole number from 0"),
        ("version = 0", "version = true", "must be a whole number"),
        ('name = "Stdout sink"', "", "name: is required and missing"),
        ('path = "target', 'pfad = "target', "path: is required and missing"),
        ("[[streams]]", "[streams]", "a.toml:8: streams: must be an array of tables"),
        ("[[streams]]", "[[stream]]", "streams: is required and missing"),
        ('stream = "example_stream"', "", "a.toml:8: streams[0].stream: is required"),
        (
            'topics = ["',
            'topic = ["',
            "topics: is required and missing (allowed: such as topics = [",
        ),
        ('["example_topic"]', '"example_topic"', 'topics = "example_topic": must be an array'),
        ('["example_topic"]', "[1]", "streams[0].topics[0] = 1: must be a string"),
        (
            '"json"',
            '"jsno"',
            "is not known (allowed: json, raw, text, proto, flat_buffer, avro; did",
        ),
        ('"json"', '""', 'schema = "": is not known'),
        ('"json"', '"json"\nbatch_length = "5"', 'batch_length = "5": must be a whole number'),
        ('"json"', '"json"\nbatch_length = 4294967296', "from 0 to 4294967295"),
        ('"json"', '"json"\npoll_interval = 5', "poll_interval = 5: must be a string"),
        ('"json"', '"json"\nmin_batch = 0', "must be a whole number from 1"),
        ("version = 0", "version = 0\ntransforms = 5", "such as [transforms.add_fields]"),
        ('"json"', '"json"\n[[transforms]]\nenabled = true', "transforms[0].type: is required"),
        ('"json"', '"json"\n[[transforms]]\ntype = "x"\nenabled = 5', "transforms[0].enabled = 5"),
        ('"json"', '"json"\ncodec = 5', "codec = 5: must be a table"),
        ('"json"', '"json"\n[transforms]\nadd_fields = 1', "add_fields = 1: must be a table"),
        (
            '"json"',
            '"json"\n[transforms.add_fields]',
            "a.toml:12: transforms.add_fields.enabled: is req",
        ),
        ('"json"', '"json"\n[transforms.add_fields]\nenabled = 1', "enabled = 1: must be true"),
        ('"json"', '"json"\n[plugin_config]\nn = 99999999999999999999', "fit into 64 bits"),
    ],
)
def test_a_wrong_file_breaks_its_connector_with_a_reason(
    folder: ConnectorFolder, old: str, new: str, reason: str
) -> None:
    folder.write("a.toml", SINK, (old, new))

    broken = folder.broken()

    assert reason in broken.error
    assert (broken.kind, broken.key) == (Kind.SINK, "stdout")
    assert broken.config is None


def test_all_mistakes_of_a_file_are_in_the_reason(folder: ConnectorFolder) -> None:
    folder.write(
        "a.toml",
        SINK,
        ("version = 0", "version = 1.5"),
        ('"json"', '"jsn"\npoll_interval = "soon"'),
        ('"example_stream"', '""'),
    )

    error = folder.broken().error

    lines = [f"a.toml:{line}: " in error for line in range(1, 13)]
    assert [number for number, found in enumerate(lines, 1) if found] == [4, 9, 11, 12]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            '"json"',
            '"json"\npoll_interval = "soon"',
            "Failed to set up sink consumers: invalid poll interval",
        ),
        ('"json"', '"json"\nbatch_length = 0', "at least one message"),
        ('"json"', '"json"\nconsumer_group = "a.repair"', "by which another one is repaired"),
        ('"stdout"', '"stdout.repair"', 'key = "stdout.repair": names the group by which'),
        ('"json"', '"json"\nlinger = "soon"', "is not a duration"),
        (
            '"json"',
            '"json"\nmin_batch = 1001',
            "is more than a batch can have (allowed: 1 to 1000)",
        ),
        (
            '"json"',
            '"json"\nbatch_length = 5\nmin_batch = 6',
            "is more than a batch can have (allowed: 1 to 5)",
        ),
        ("version = 0", "version = 0\nbenchmark = true", "benchmark = true: not served yet"),
        ('"example_stream"', '""', 'stream = "": is not a name in Iggy'),
        ('"example_topic"', f'"{"x" * 256}"', "is not a name in Iggy"),
        ('"json"', '"json"\n[transforms.add_feilds]\nenabled = true', "did you mean 'add_fields'"),
        ('"json"', '"json"\n[[transforms]]\ntype = "add_field"', "did you mean 'add_fields'"),
    ],
)
def test_a_well_formed_file_that_cannot_run_keeps_its_config(
    folder: ConnectorFolder, old: str, new: str, reason: str
) -> None:
    folder.write("a.toml", SINK, (old, new))

    broken = folder.broken()

    assert reason in broken.error
    assert isinstance(broken.config, SinkConfig)
    assert broken.name == broken.config.name == "Stdout sink"
    assert broken.path == "target/release/libiggy_connector_stdout_sink"


def test_an_invalid_linger_time_is_named_as_the_reference_does(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE + 'linger_time = "not-a-valid-duration"\n')

    broken = folder.broken()

    assert "Failed to set up source producer" in broken.error
    assert "linger time" in broken.error
    assert isinstance(broken.config, SourceConfig)
    assert broken.config.streams[0].linger_time == "not-a-valid-duration"


def test_a_source_needs_a_stream(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE[: SOURCE.index("[[streams]]")] + "streams = []\n")

    assert "a source needs a stream" in folder.broken().error


def test_one_broken_file_leaves_the_others_alone(folder: ConnectorFolder) -> None:
    folder.write("a.toml", "this is not TOML")
    folder.write("b.toml", SINK)
    folder.write("c.toml", SOURCE, ("version = 0", "version = 0.5"))

    catalog = folder.load().value

    assert [one.key for one in catalog.connectors] == ["stdout"]
    assert [one.key for one in catalog.broken] == ["random", "a"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("kafka_source_v1.toml", Kind.SOURCE), ("kafka.toml", Kind.SINK), ("sink.toml", Kind.SINK)],
)
def test_a_file_that_is_not_toml_is_listed_under_its_name(
    folder: ConnectorFolder, name: str, kind: Kind
) -> None:
    folder.write(name, 'url = "hunter2\n')

    broken = folder.broken()

    key = Path(name).stem
    assert (broken.kind, broken.key, broken.name, broken.path) == (kind, key, key, "")
    assert broken.enabled
    assert f"{name}:1: not valid TOML" in broken.error
    assert "hunter2" not in broken.error


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('type = "sink"', "", "stdout", "type: is required and missing"),
        ('type = "sink"', 'type = "snik"', "stdout", 'a.toml:1: type = "snik": is not known'),
        ('type = "sink"', 'type = ["sink"]', "stdout", "type: must be a string"),
        ('key = "stdout"', "", "a", "key: is required and missing"),
        ('key = "stdout"', 'key = ""', "a", 'key = "": must not be empty'),
        ('key = "stdout"', "key = 5", "a", "key = 5: must be a string"),
    ],
)
def test_a_file_without_kind_or_key_never_takes_the_place_of_another(
    folder: ConnectorFolder, old: str, new: str, key: str, reason: str
) -> None:
    folder.write("a.toml", SINK, (old, new))
    folder.write("good.toml", SINK, ('"stdout"', f'"{key}"'))

    catalog = folder.load().value

    (good,) = catalog.connectors
    (broken,) = catalog.broken
    assert (good.key, broken.key) == (key, f"{key}.toml")
    assert reason in broken.error
    assert "topic" not in broken.error
    assert broken.name == "Stdout sink"


def test_of_a_file_without_type_only_that_is_said(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE, ('type = "source"', ""))

    assert folder.broken().error == f"{folder.path / 'a.toml'}: type: is required and missing"


def test_a_broken_connector_can_be_disabled(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ("enabled = true", "enabled = false"), ('"json"', '"jsn"'))

    assert not folder.broken().enabled


def test_an_unreadable_file_is_broken(folder: ConnectorFolder) -> None:
    (folder.path / "a.toml").write_bytes(b"\xff")

    assert "not UTF-8" in folder.broken().error


def test_a_file_name_of_odd_bytes_can_be_shown(folder: ConnectorFolder) -> None:
    (folder.path / "b\udcff.toml").write_text("=")

    broken = folder.broken()

    assert broken.key == "b?"
    assert broken.error.encode()


def test_a_very_deep_plugin_config_breaks_only_its_connector(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f"{SINK}[plugin_config.{'.'.join('a' * 500)}]\n")

    assert "nested more than 100 levels deep" in folder.broken().error


def test_unknown_keys_are_warned_about_and_ignored(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK + "batch_size = 5\n[backoff]\nmax_attempts = 1\n")

    loaded = folder.load()

    assert [one.key for one in loaded.value.connectors] == ["stdout"]
    assert [(one.line, one.key, one.suggestion) for one in loaded.warnings] == [
        (12, "streams[0].batch_size", None),
        (13, "backoff", None),
    ]


def test_a_misspelled_key_is_told_the_right_one(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK + 'pol_interval = "1s"\n')

    assert folder.warning().suggestion == "poll_interval"


def test_no_value_of_plugin_config_is_ever_shown(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f'plugin_config = "hunter2"\n{SINK}', ("version = 0", ""))

    assert "hunter2" not in repr(folder.load())
