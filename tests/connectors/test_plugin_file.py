import gc
import pickle
import sys
import weakref
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import Kind
from connectors import Sink, Source
from connectors.registry import find_plugin

SINK = """
from connectors import Sink

class {name}(Sink):
    def consume(self, batch):
        return {result!r}
"""
SOURCE = """
from connectors import Source

class {name}(Source):
    def poll(self):
        return None
"""


@pytest.fixture
def plugin_file(tmp_path: Path) -> Path:
    return tmp_path / f"plugin of {tmp_path.name}.v1.py"


def refusal(path: Path | str, kind: Kind = Kind.SINK) -> str:
    with pytest.raises(ConfigError) as caught:
        find_plugin(str(path), kind)
    return str(caught.value)


def test_the_only_plugin_in_a_file_needs_no_name(plugin_file: Path) -> None:
    plugin_file.write_text(SINK.format(name="Mine", result=1) + "__version__ = '2.1'\n")
    found = find_plugin(plugin_file.name, Kind.SINK, cwd=plugin_file.parent)

    assert found.plugin_class.__name__ == "Mine"
    assert issubclass(found.plugin_class, Sink)
    assert found.resolved_path == f"{plugin_file}:Mine"
    assert found.version == "2.1"


def test_classes_that_a_file_imports_or_aliases_do_not_count(plugin_file: Path) -> None:
    imported = "from connectors.sinks.stdout_sink import StdoutSink\n"
    plugin_file.write_text(imported + SINK.format(name="Mine", result=1) + "Alias = Mine\n")

    assert issubclass(find_plugin(str(plugin_file), Kind.SINK).plugin_class, Sink)


def test_a_sink_and_a_source_may_share_a_file(plugin_file: Path) -> None:
    plugin_file.write_text(SINK.format(name="In", result=1) + SOURCE.format(name="Out"))

    assert find_plugin(str(plugin_file), Kind.SINK).plugin_class.__name__ == "In"
    assert issubclass(find_plugin(str(plugin_file), Kind.SOURCE).plugin_class, Source)


def test_one_of_several_is_chosen_by_name(plugin_file: Path) -> None:
    two = SINK.format(name="First", result=1) + SINK.format(name="Second", result=2)
    plugin_file.write_text(two)

    assert f"say {plugin_file}:First or {plugin_file}:Second" in refusal(plugin_file)
    found = find_plugin(f"{plugin_file}:Second", Kind.SINK)
    assert found.plugin_class.__name__ == "Second"
    assert found.version == "unknown"


def test_an_edited_file_is_loaded_anew_even_when_edited_quickly(
    plugin_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    plugin_file.write_text(SINK.format(name="Mine", result="1"))
    before = find_plugin(str(plugin_file), Kind.SINK).plugin_class
    plugin_file.write_text(SINK.format(name="Mine", result="2"))
    after = find_plugin(str(plugin_file), Kind.SINK).plugin_class

    assert vars(before)["consume"](None, None) == "1"
    assert vars(after)["consume"](None, None) == "2"
    assert not (plugin_file.parent / "__pycache__").exists()


def test_a_file_is_run_for_each_start_also_when_an_edit_is_undone(
    plugin_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = []
    for result in (1, 2, 1, 1):
        plugin_file.write_text(SINK.format(name="Mine", result=result) + f"print({result})")
        classes.append(find_plugin(str(plugin_file), Kind.SINK).plugin_class)

    assert capsys.readouterr().out == "1\n2\n1\n1\n"
    assert len(set(classes)) == 4
    assert len({one.__module__ for one in classes}) == 1


def test_modules_of_former_starts_are_let_go(plugin_file: Path) -> None:
    plugin_file.write_text(SINK.format(name="Mine", result=1))
    before = len(sys.modules)
    former = weakref.ref(find_plugin(str(plugin_file), Kind.SINK).plugin_class)
    for _ in range(10):
        find_plugin(str(plugin_file), Kind.SINK)
    gc.collect()

    assert former() is None
    assert len(sys.modules) == before + 1


def test_each_connector_of_a_file_can_pickle_its_own_classes(plugin_file: Path) -> None:
    plugin_file.write_text("class Row: pass\n" + SINK.format(name="Mine", result=1))
    first, second = (
        sys.modules[find_plugin(str(plugin_file), Kind.SINK, owner=key).plugin_class.__module__]
        for key in ("first", "second")
    )

    for module in (first, second):
        assert type(pickle.loads(pickle.dumps(module.Row()))) is module.Row  # noqa: S301


def test_a_module_beside_the_file_can_be_imported_unless_it_has_the_name_of_ours(
    plugin_file: Path,
) -> None:
    helper = f"helper_of_{plugin_file.parent.name}".replace("-", "_")
    (plugin_file.parent / f"{helper}.py").write_text("SAYS = 'hello'")
    (plugin_file.parent / "web.py").write_text("raise OSError('not this one')")
    plugin_file.write_text(
        f"import {helper}, web\n__version__ = {helper}.SAYS\n" + SINK.format(name="Mine", result=1)
    )

    assert find_plugin(str(plugin_file), Kind.SINK).version == "hello"


@pytest.mark.parametrize("code", ["from config import URL", "import config; config.URL"])
def test_who_gets_our_config_instead_of_their_own_is_told(plugin_file: Path, code: str) -> None:
    plugin_file.write_text(code)
    assert "needs another name" not in refusal(plugin_file)
    (plugin_file.parent / "config.py").write_text("URL = 'here'")

    assert f"{plugin_file.parent}/config.py needs another name: config is a" in refusal(plugin_file)


def test_a_class_knows_its_module_while_it_is_made_and_after(plugin_file: Path) -> None:
    plugin_file.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Row:\n"
        "    value: int\n" + SINK.format(name="Mine", result=1)
    )
    plugin_class = find_plugin(str(plugin_file), Kind.SINK).plugin_class

    assert sys.modules[plugin_class.__module__].__file__ == str(plugin_file)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import no_such_module_here", "ModuleNotFoundError: No module named"),
        ("def", "SyntaxError: invalid syntax"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise BaseException('worse')", "BaseException: worse"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "defines no subclass of connectors.Sink"),
        (SOURCE.format(name="Out"), "Out is a source, and this connector is a sink"),
        (
            "from connectors import Sink\nclass Half(Sink): pass",
            "Half does not implement consume",
        ),
    ],
)
def test_a_file_that_gives_no_sink_is_refused_with_the_cause(
    plugin_file: Path, code: str, problem: str
) -> None:
    plugin_file.write_text(code)
    text = refusal(plugin_file)

    assert problem in text
    assert str(plugin_file) in text


def test_the_innermost_line_of_the_file_that_failed_is_told(plugin_file: Path) -> None:
    plugin_file.write_text(
        "import json\n"
        "def read(text):\n"
        "    return json.loads(text)\n"
        "class Made:\n"
        "    value = read('no')\n"
    )

    assert refusal(plugin_file).endswith(
        f": Expecting value: line 1 column 1 (char 0) ({plugin_file}:3)"
    )


def test_an_error_that_cannot_be_shown_or_is_huge_is_told_by_its_kind(plugin_file: Path) -> None:
    plugin_file.write_text(
        "class Odd(Exception):\n    def __str__(self): raise OSError\nraise Odd('no')"
    )
    assert f"cannot be loaded: Odd ({plugin_file}:3)" in refusal(plugin_file)
    plugin_file.write_text("raise OSError('x' * 5_000_000)")

    assert len(refusal(plugin_file)) < 2000


def test_a_file_that_failed_is_tried_again(plugin_file: Path) -> None:
    plugin_file.write_text(
        "import pathlib\n"
        "if not pathlib.Path(__file__).with_name('ready').exists(): raise OSError('not ready')\n"
        + SINK.format(name="Mine", result=1)
    )
    before = set(sys.modules)
    assert "OSError: not ready" in refusal(plugin_file)
    assert set(sys.modules) == before
    (plugin_file.parent / "ready").touch()

    assert find_plugin(str(plugin_file), Kind.SINK).plugin_class.__name__ == "Mine"


def test_the_module_of_the_last_start_stays_when_the_next_one_fails(plugin_file: Path) -> None:
    plugin_file.write_text("class Row: pass\n" + SINK.format(name="Mine", result=1))
    module = sys.modules[find_plugin(str(plugin_file), Kind.SINK).plugin_class.__module__]
    plugin_file.write_text("raise OSError")
    refusal(plugin_file)

    assert type(pickle.loads(pickle.dumps(module.Row()))) is module.Row  # noqa: S301


def test_a_missing_file_or_class_is_named(plugin_file: Path) -> None:
    assert f"{plugin_file} cannot be loaded: FileNotFoundError" in refusal(plugin_file)
    plugin_file.write_text(SINK.format(name="Mine", result=1))

    assert f"{plugin_file} has no Mien; did you mean Mine?" in refusal(f"{plugin_file}:Mien")
