"""`iggy-connectors transform`: a sample through a connector's file."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from connectors.sendable import MAX_PAYLOAD_BYTES
from tests.cli.command import DEADLINE_S, environment, run
from tests.connectors.schemas import USER_AVSC

SINK = """
type = "sink"
key = "shop"
enabled = true
version = 0
name = "Shop"
path = "stdout"

[[streams]]
stream = "shop"
topics = ["orders"]
schema = "json"
"""
SOURCE = SINK.replace('"sink"', '"source"').replace('topics = ["orders"]', 'topic = "orders"')
ADD = """
[[transforms]]
type = "add_fields"
fields = [{ key = "k", value.static = 1 }]
"""
SPLIT = """
[transforms.python]
enabled = true
path = "split.py"
"""
SPLIT_PY = """
def transform(record):
    return [record.with_payload(item) for item in record.payload["items"]]
"""


def transformed(
    folder: Path, config: str, sample: bytes, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    (folder / "shop.toml").write_text(config)
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "transform", "--config", "shop.toml"],
        cwd=folder,
        env=environment(**variables),
        input=sample,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_records_are_written_as_lines_and_rejections_told(tmp_path: Path) -> None:
    ended = transformed(tmp_path, SINK + ADD, b'{"a":1}\r\n{\n[5]\n\n{"a": "\xc3\xa4"}')

    assert ended.stdout == b'{"a":1,"k":1}\n[5]\n{"a":"\xc3\xa4","k":1}\n'
    assert ended.returncode == ExitCode.RECORDS_REJECTED
    told = ended.stderr.decode().splitlines()
    assert told[0] == "sink shop, stream shop"
    assert told[1].startswith("record 2: the payload is not JSON: ")
    assert told[2].startswith("record 4: the payload is not JSON: ")
    assert told[3] == "5 read, 3 written, 0 left out, 2 rejected"


def test_many_records_keep_their_order_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "split.py").write_text(SPLIT_PY)
    sample = b"".join(b'{"items":[%d,%d]}\n' % (at, -at) for at in range(2_500))
    ended = transformed(tmp_path, SINK + SPLIT, sample + b'{"items":[]}\n{"other":1}\n')

    numbers = [int(line) for line in ended.stdout.split()]
    assert numbers == [number for at in range(2_500) for number in (at, -at)]
    told = ended.stderr.decode().splitlines()
    assert told[1] == "record 2502: the Python transform failed: KeyError in split.py, line 3"
    assert told[2] == "2502 read, 5000 written, 1 left out, 1 rejected"


def test_without_transforms_payloads_are_decoded_all_the_same(tmp_path: Path) -> None:
    ended = transformed(tmp_path, SINK, b'{"a":1}\n{')

    assert ended.stdout == b'{"a":1}\n'
    assert ended.returncode == ExitCode.RECORDS_REJECTED


def test_a_binary_sample_is_one_record(tmp_path: Path) -> None:
    avro = SINK.replace('"json"', f'"avro"\navro_schema_path = "{USER_AVSC}"')
    ended = transformed(tmp_path, avro + ADD, b"\x0e\x06Ann\x00\x01")

    assert json.loads(ended.stdout) == {
        "id": 7,
        "name": "Ann",
        "email": None,
        "active": True,
        "k": 1,
    }
    assert ended.returncode == ExitCode.STOPPED
    raw = transformed(tmp_path, SINK.replace('"json"', '"raw"'), b"\x00\n\x01")
    assert base64.b64decode(json.loads(raw.stdout)) == b"\x00\n\x01"


def test_texts_are_json_strings(tmp_path: Path) -> None:
    ended = transformed(tmp_path, SINK.replace('"json"', '"text"'), b'say "hi"\n\xff\n')

    assert ended.stdout == b'"say \\"hi\\""\n'
    assert b"record 2: the payload is not UTF-8 text" in ended.stderr


def test_a_source_shows_what_it_would_send(tmp_path: Path) -> None:
    ended = transformed(tmp_path, SOURCE + ADD, b'{"a":1}\n')
    assert (ended.stdout, ended.returncode) == (b'{"a":1,"k":1}\n', ExitCode.STOPPED)

    avro = SOURCE.replace('"json"', f'"avro"\navro_schema_path = "{USER_AVSC}"')
    ended = transformed(tmp_path, avro, b'{"id":7,"name":"Ann"}\n{}\n')
    assert base64.b64decode(json.loads(ended.stdout)) == b"\x0e\x06Ann\x00\x01"
    assert b"record 2: the payload cannot be written as Avro: id: must be" in ended.stderr


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (SINK + "[transforms.add_feilds]\nenabled = true", "did you mean 'add_fields'"),
        (SINK.replace('"json"', '"avro"'), "Avro schema is required"),
        (SINK + ADD.replace("static = 1", 'computed = "x"'), "is not known"),
        (SINK.partition("[[")[0] + "streams = []", "has no streams"),
        ("type = ", "shop.toml:1"),
        (
            SOURCE.replace('"json"', '"raw"') + "[transforms.avro_convert]\nenabled = true\n"
            'source_format = "json"\ntarget_format = "text"',
            "unsupported conversion",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, config: str, reason: str) -> None:
    ended = transformed(tmp_path, config, b"{}")

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert ended.stdout == b""
    assert reason in ended.stderr.decode()


def test_a_transform_that_cannot_take_the_records_is_told(tmp_path: Path) -> None:
    convert = '[transforms.avro_convert]\nenabled = true\ntarget_format = "text"'
    ended = transformed(tmp_path, SINK + convert, b"{}")

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert b"expected avro payload, and these are json" in ended.stderr


@pytest.mark.parametrize(
    ("schema", "payload", "reason"),
    [
        ("raw", '{"a": 1}', "cannot be written as bytes: it is of type dict"),
        ("text", '{"a": 1}', "cannot be written as UTF-8: it is of type dict"),
        ("text", r'"\ud800"', "cannot be written as UTF-8: at character 0"),
        ("json", r'{"a": "\ud800"}', "cannot be written as JSON: str is not valid UTF-8"),
    ],
)
def test_what_a_function_returns_in_a_wrong_format_is_a_rejected_record(
    tmp_path: Path, schema: str, payload: str, reason: str
) -> None:
    (tmp_path / "split.py").write_text(
        f"def transform(record):\n    return record.with_payload({payload})\n"
    )
    for config in (SINK, SOURCE):
        ended = transformed(tmp_path, config.replace('"json"', f'"{schema}"') + SPLIT, b'"a"')

        assert ended.returncode == ExitCode.RECORDS_REJECTED
        assert f"record 1: the payload {reason}" in ended.stderr.decode()


def test_the_first_of_several_streams_is_tried_and_the_others_are_told_of(tmp_path: Path) -> None:
    second = '\n[[streams]]\nstream = "second"\ntopics = ["t"]\nschema = "text"\n'
    ended = transformed(tmp_path, SINK + second, b"1")

    told = ended.stderr.decode().splitlines()
    assert told[0] == "sink shop, stream shop, the first of 2: the others are not tried"
    assert ended.stdout == b"1\n"


@pytest.mark.parametrize("schema", ["raw", "text"])
def test_a_record_that_iggy_would_not_take_is_refused_and_never_cut(
    tmp_path: Path, schema: str
) -> None:
    config = SINK.replace('"json"', f'"{schema}"')
    largest = b"a" * MAX_PAYLOAD_BYTES
    ended = transformed(tmp_path, config, largest)
    assert ended.returncode == ExitCode.STOPPED
    assert len(ended.stdout) > len(largest)

    ended = transformed(tmp_path, config, largest + b"bc")
    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert ended.stdout == b""
    assert b"record 1 has more than 64000000 bytes" in ended.stderr


def test_a_file_that_is_not_there_and_one_that_is_not_named_are_told(tmp_path: Path) -> None:
    missing = run("transform", "--config", "not_there.toml", cwd=tmp_path)
    assert missing.returncode == ExitCode.BAD_CONFIGURATION
    assert "not_there.toml" in missing.stderr

    unnamed = run("transform")
    assert unnamed.returncode == ExitCode.BAD_CONFIGURATION
    assert "--config" in unnamed.stderr


def test_variables_are_in_force_and_unknown_keys_warned_of(tmp_path: Path) -> None:
    config = SINK + ADD + "more = 1\n"
    ended = transformed(
        tmp_path,
        config,
        b"text\n",
        IGGY_CONNECTORS_SINK_SHOP_STREAMS_0_STREAM="s",
        IGGY_CONNECTORS_SINK_SHOP_STREAMS_0_TOPICS="[t]",
        IGGY_CONNECTORS_SINK_SHOP_STREAMS_0_SCHEMA="text",
    )

    assert ended.stdout == b'"text"\n'
    assert b"more: unknown key, ignored" in ended.stderr


def test_whoever_reads_may_stop_reading(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(SINK)
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "transform", "--config", "shop.toml"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(b"{}\n" * 5_000)
        process.stdin.close()
        assert process.wait(DEADLINE_S) == ExitCode.STOPPED
