import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import Kind
from connectors import installed_listing
from connectors.available import available_plugins
from connectors.registry import find_plugin

SINK = """
from marshmallow import Schema, fields
from connectors import SecretText, Sink

class Options(Schema):
    url = fields.String(required=True, metadata={"description": "Where to."})
    password = SecretText(required=False)

class ShopSink(Sink):
    '''Writes to the shop.

    And more.
    '''
    Config = Options
    def consume(self, batch):
        pass
"""


class Packages:
    """Packages as an installer leaves them, in a folder of their own on the path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def install(self, package: str, *entry_points: str, code: str = SINK) -> Path:
        module = package.replace("-", "_")
        (self._folder / f"{module}.py").write_text(code)
        info = self._folder / f"{module}-2.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.5\n")
        (info / "entry_points.txt").write_text("\n".join(entry_points))
        return info


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Packages(tmp_path)


def entry(name: str, value: str, kind: Kind = Kind.SINK) -> str:
    return f"[iggy_connectors.{kind}s]\n{name} = {value}"


def refusal(path: str, kind: Kind = Kind.SINK) -> str:
    with pytest.raises(ConfigError) as caught:
        find_plugin(path, kind)
    return str(caught.value)


def test_a_plugin_of_a_package_is_found_by_its_entry_point(packages: Packages) -> None:
    packages.install("entry-one", entry("shop", "entry_one:ShopSink"))
    found = find_plugin("shop", Kind.SINK)

    assert found.plugin_class.__name__ == "ShopSink"
    assert found.resolved_path == "entry_one:ShopSink"
    assert found.version == "2.5"


def test_a_package_may_offer_what_is_not_built_here_yet(packages: Packages) -> None:
    packages.install("entry-two", entry("postgres", "entry_two:ShopSink"))

    assert find_plugin("postgres", Kind.SINK).resolved_path == "entry_two:ShopSink"
    assert "not built here yet" in refusal("postgres", Kind.SOURCE)


def test_no_package_takes_the_place_of_a_built_in(packages: Packages) -> None:
    packages.install("entry-three", entry("stdout", "entry_three:ShopSink"))

    assert find_plugin("stdout", Kind.SINK).plugin_class.__name__ == "StdoutSink"
    ours, theirs = (plugin for plugin in available_plugins() if plugin.path == "stdout")
    assert ours.error is None
    assert theirs.error == "stdout is what ships with the runtime: say entry_three:ShopSink"


@pytest.mark.parametrize("name", ["a.py", "x:Y"])
def test_a_name_that_is_taken_for_a_place_is_listed_as_of_no_use(
    packages: Packages, name: str
) -> None:
    module = f"entry_place_{len(name)}"
    packages.install(
        module, f"[iggy_connectors.sinks]\n{name.replace(':', chr(58))} = {module}:ShopSink"
    )
    (listed,) = (plugin for plugin in available_plugins() if plugin.path == name)

    assert listed.error == f"its name is taken for a file or a module: say {module}:ShopSink"


def test_a_name_that_two_packages_offer_is_refused(packages: Packages) -> None:
    packages.install("entry-four", entry("shop", "entry_four:ShopSink"))
    packages.install("entry-five", entry("shop", "entry_five:ShopSink"))

    text = refusal("shop")
    assert "entry-four 2.5" in text
    assert "entry-five 2.5" in text
    assert [plugin.error for plugin in available_plugins() if plugin.path == "shop"] == [text] * 2


BROKEN = {
    "exiting": ("import os; os._exit(0)", "loading it ends the process: 0"),
    "crashing": ("import os; os.kill(os.getpid(), 11)", "loading it ends the process with SIGSEGV"),
    "hanging": ("import time; time.sleep(60)", "loading it takes longer than 2 s"),
    "interrupting": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "lazy": (f"def __getattr__(name): raise OSError(name)\n{SINK}", "OSError: Missing"),
}


def test_whatever_a_package_does_when_it_is_loaded_the_others_are_listed(
    packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed_listing, "_LIMIT_S", 2.0)
    for name, (code, _) in BROKEN.items():
        module = f"entry_{name}"
        packages.install(module, entry(name, f"{module}:Missing"), code=code)
    packages.install("entry-whole", entry("whole", "entry_whole:ShopSink"))
    packages.install("entry-odd", entry("odd", "entry_odd:ShopSink"), code=SINK + "    __doc__ = 5")
    listed = {plugin.path: plugin for plugin in available_plugins()}

    for name, (_, problem) in BROKEN.items():
        error = listed[name].error
        assert error is not None
        assert problem in error
        assert listed[name].origin == f"entry_{name} 2.5"
    assert listed["whole"].error is None
    assert (listed["odd"].error, listed["odd"].description) == (None, "")


@pytest.mark.parametrize("content", [b"[iggy_connectors.sinks]\nno assignment\n", b"[a]\nb = \xff"])
def test_a_package_whose_entry_points_cannot_be_read_is_passed_over(
    packages: Packages, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    folder = packages.install(f"entry-unreadable-{len(content)}")
    folder.joinpath("entry_points.txt").write_bytes(content)
    packages.install("entry-readable", entry("readable", "entry_readable:ShopSink"))

    assert find_plugin("readable", Kind.SINK).version == "2.5"
    assert f"The entry points in {folder} cannot be read: " in caplog.text


# Python 3.12 and 3.13 announce an error of their own for it.
@pytest.mark.filterwarnings("ignore:Implicit None on return values:DeprecationWarning")
def test_a_damaged_package_is_warned_of_once_in_a_listing(
    packages: Packages, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = packages.install("entry-damaged")
    folder.joinpath("METADATA").unlink()
    for name in ("one", "two"):
        packages.install(f"entry-beside-{name}", entry(name, f"entry_beside_{name}:ShopSink"))
    listed = [plugin.path for plugin in available_plugins() if "beside" in plugin.origin]

    assert listed == ["one", "two"]
    (record,) = caplog.records
    text = f"The entry points in {folder} cannot be read: ValueError: the package has no name"
    assert record.getMessage().startswith(text)
    assert "cannot be read" not in capfd.readouterr().err


def test_of_a_package_that_is_installed_twice_the_first_on_the_path_counts(
    packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages.install("entry-twice", entry("shop", "entry_twice:Missing"))
    nearer = tmp_path / "nearer"
    nearer.mkdir()
    monkeypatch.syspath_prepend(nearer)
    Packages(nearer).install("Entry_Twice", entry("shop", "Entry_Twice:ShopSink"))

    assert find_plugin("shop", Kind.SINK).resolved_path == "Entry_Twice:ShopSink"


@pytest.mark.parametrize(
    ("value", "code", "problem"),
    [
        ("entry_bad_{}:ShopSink", "import no_such_module_here", "No module named"),
        ("entry_bad_{}:ShopSink", "raise SystemExit(3)", "SystemExit: 3"),
        ("entry_bad_{}:Missing", SINK, "has no Missing"),
        ("entry_bad_{}:Options", SINK, "is no subclass of connectors.Sink"),
        ("entry_bad_{}", SINK, "is not module:Class"),
        ("entry_bad_{}:a b", SINK, "is not module:Class"),
    ],
)
def test_a_broken_entry_point_breaks_nothing_but_itself(
    packages: Packages, value: str, code: str, problem: str
) -> None:
    number = abs(hash((value, code)))
    offer = entry("broken", value.format(number))
    packages.install(f"entry-bad-{number}", offer, code=code)

    assert problem in refusal("broken")
    listed = {(plugin.kind, plugin.path): plugin for plugin in available_plugins()}
    broken = listed[Kind.SINK, "broken"]
    assert broken.error is not None
    assert problem in broken.error
    assert broken.origin == f"entry-bad-{number} 2.5"
    assert listed[Kind.SINK, "stdout"].error is None


def test_a_mistyped_name_is_answered_with_an_installed_one(packages: Packages) -> None:
    packages.install("entry-six", entry("warehouse", "entry_six:ShopSink"))

    assert "did you mean warehouse?" in refusal("warehous")


def test_what_is_available_tells_its_options(packages: Packages) -> None:
    packages.install("entry-seven", entry("shop", "entry_seven:ShopSink"))
    (shop,) = (plugin for plugin in available_plugins() if plugin.path == "shop")

    assert (shop.description, shop.version) == ("Writes to the shop.", "2.5")
    url, password = shop.options
    assert (url.key, url.type, url.required, url.description) == (
        "url",
        "string",
        True,
        "Where to.",
    )
    assert password.secret


def test_the_referencess_connectors_that_are_not_there_are_listed_as_such() -> None:
    listed = {(plugin.kind, plugin.path): plugin for plugin in available_plugins()}

    assert listed[Kind.SOURCE, "postgres"].error == "not built here yet"
    assert listed[Kind.SOURCE, "random"].error is None
