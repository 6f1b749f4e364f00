"""`iggy-connectors plugins`: the list for people and for programs."""

import json
from pathlib import Path

from cli.exit_code import ExitCode
from tests.cli.command import CHECKOUT, run


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


def test_a_package_that_prints_and_one_that_is_broken_spoil_nothing(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "from connectors import Sink\n"
        "print('hello')\n"
        "class LoudSink(Sink):\n"
        "    def consume(self, batch): pass\n"
    )
    info = tmp_path / "loud-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[iggy_connectors.sinks]\nloud = loud:LoudSink\nbroken = no_such_module_here:Sink\n"
    )
    path = f"{CHECKOUT}:{tmp_path}"
    ended = run("plugins", "--json", PYTHONPATH=path)
    listed = {plugin["path"]: plugin for plugin in json.loads(ended.stdout)}

    assert ended.returncode == ExitCode.STOPPED
    assert "hello" in ended.stderr
    assert listed["loud"]["takes_any_key"]
    assert "No module named" in listed["broken"]["error"]
    text = run("plugins", PYTHONPATH=path).stdout
    assert "  loud  (loud 1.0, version 1.0)  \n      takes any keys" in text
    assert "  broken  (loud 1.0)  cannot be used\n" in text
