"""`iggy-connectors plugins`: the list for people and for programs."""

import json
from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from tests.cli.command import CHECKOUT, run, started


def test_people_see_each_plugin_with_its_options() -> None:
    ended = run("plugins")

    assert (ended.returncode, ended.stderr) == (ExitCode.STOPPED, "")
    sinks, sources, _ = ended.stdout.split("\n\n")
    assert sinks.startswith("sinks\n  stdout  (built-in, version ")
    assert "\n      print_payload  boolean, default false\n" in sinks
    assert "not built here yet: clickhouse, " in sinks
    assert sources.startswith("sources\n  random  (built-in, version ")


def test_programs_read_json() -> None:
    listed = json.loads(run("plugins", "--json").stdout)

    (random,) = (plugin for plugin in listed if plugin["path"] == "random")
    assert (random["kind"], random["origin"], random["error"]) == ("source", "built-in", None)
    payload_size = next(one for one in random["options"] if one["key"] == "payload_size")
    assert payload_size == {
        "key": "payload_size",
        "type": "integer",
        "required": False,
        "default": 100,
        "choices": [],
        "description": "How many characters the text of a record has.",
        "secret": False,
    }


def install(folder: Path, code: str, entry_points: str) -> str:
    """Install a package as an installer leaves it; return the path that finds it."""
    (folder / "loud.py").write_text(code)
    info = folder / "loud-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[iggy_connectors.sinks]\n{entry_points}")
    return f"{CHECKOUT}:{folder}"


LOUD = r"""
import os
from marshmallow import Schema, fields
from connectors import Sink
print('hello')
os.write(1, b'good bye')

class LoudSink(Sink):
    def consume(self, batch): pass

class Options(Schema):
    text = fields.String(
        load_default="a\x1b[31m", metadata={"description": "First\nsecond\x07 line."}
    )
    number = fields.Float(load_default=float("nan"))

class ManySink(LoudSink):
    Config = Options
"""


def test_a_package_that_prints_and_one_that_is_broken_spoil_nothing(tmp_path: Path) -> None:
    path = install(
        tmp_path, LOUD, "loud = loud:LoudSink\nmany = loud:ManySink\nbroken = no_such_module:Sink\n"
    )
    ended = run("plugins", "--json", PYTHONPATH=path)

    def refuse(number: str) -> None:
        raise AssertionError(number)

    listed = {plugin["path"]: plugin for plugin in json.loads(ended.stdout, parse_constant=refuse)}

    assert ended.returncode == ExitCode.STOPPED
    assert "hello" in ended.stderr
    assert "good bye" in ended.stderr
    assert listed["loud"]["takes_any_key"]
    assert "No module named" in listed["broken"]["error"]
    text = run("plugins", PYTHONPATH=path).stdout
    assert "  loud  (loud 1.0, version 1.0)  \n      takes any keys" in text
    assert "  broken  (loud 1.0)  cannot be used\n" in text


def test_what_a_package_says_stays_in_its_line(tmp_path: Path) -> None:
    path = install(tmp_path, LOUD, "ring\x07 = loud:ManySink\n")
    text = run("plugins", PYTHONPATH=path).stdout

    assert "  ring\\x07  (loud 1.0, version 1.0)" in text
    assert '      text  string, default "a\\u001b[31m"\n' in text
    assert "          First second\\x07 line.\n" in text
    assert "\x07" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("arguments", [("plugins",), ("plugins", "--json"), ("--help",)])
def test_a_reader_that_has_read_enough_ends_the_command_quietly(arguments: tuple[str, ...]) -> None:
    # Unbuffered, so that it is noticed before the end.
    with started("-u", "-m", "cli.main", *arguments) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == ExitCode.STOPPED
