"""Keeps README.md, CONTRIBUTING.md and docs/ true where a test can tell."""

import ast
import re
import signal
from pathlib import Path
from typing import cast

import pytest
import tomli

from cli.exit_code import ExitCode
from config.model import Kind
from config.runtime_environment import unknown_variables
from tests.support.broker import BrokerProcess
from tests.support.runtime import NewRuntime
from web.connector_endpoints import ConnectorEndpoints
from web.runtime_endpoints import RuntimeEndpoints
from web.supervisor_bridge import SupervisorBridge

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = sorted([README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)


def rows(document: Path, heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with `heading`, without its head."""
    lines = document.read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return table


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@each_document
def test_examples_can_be_parsed(document: Path) -> None:
    for code in blocks(document, "python"):
        ast.parse(code)
    for text in blocks(document, "toml"):
        tomli.loads(text)


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        if link.startswith("https://"):
            continue
        name, _, fragment = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        if fragment:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert fragment in map(anchor, headings), link


@each_document
def test_files_that_are_named_exist(document: Path) -> None:
    ours = r"(?:actors|bench|broker|cli|config|connectors|docs|tests|web)/[\w./-]*\w\.\w+"
    for name in re.findall(rf"`({ours})`", document.read_text()):
        assert (ROOT / name).is_file(), name


@each_document
def test_variables_that_are_named_exist(document: Path) -> None:
    names = set(re.findall(r"\bIGGY_[A-Z_]*[A-Z]\b(?!_)", document.read_text()))
    ours = {name for name in names if name.startswith("IGGY_CONNECTORS_")}
    sources = "".join(
        path.read_text()
        for folder in ("broker", "tests/support", "tests/conftest.py")
        for path in [*(ROOT / folder).rglob("*.py"), *(ROOT.glob(f"{folder}"))]
        if path.is_file()
    )

    assert unknown_variables(dict.fromkeys(ours, "")) == ()
    assert {name for name in names - ours if f'"{name}"' not in sources} == set()


@pytest.mark.parametrize("document", [README, ROOT / "docs" / "operations.md"])
def test_exit_codes_are_those_of_the_command(document: Path) -> None:
    told = [(int(code), meaning) for code, meaning, *_ in rows(document, "code | meaning")]

    assert told == [(code.value, code.meaning) for code in ExitCode]


def test_endpoints_are_those_of_the_api() -> None:
    bridge = cast("SupervisorBridge", None)
    routes = RuntimeEndpoints(bridge).routes() + ConnectorEndpoints(Kind.SINK, bridge).routes()

    told = [path.strip("`") for path, _ in rows(README, "path")]

    assert sorted(told) == sorted(route.path.replace("<key:segment>", "{key}") for route in routes)
    assert {route.method for route in routes} == {"GET"}


def test_defaults_are_those_in_force() -> None:
    defaults = tomli.loads((ROOT / "config" / "defaults.toml").read_text())
    told = {names: default for names, default, _ in rows(README, "variable")}

    for table, key in (("http", "address"), ("iggy", "address"), ("state", "path")):
        variable = f"`IGGY_CONNECTORS_{table}_{key}`".upper()
        assert told[variable] == f"`{defaults[table][key]}`"


def test_the_first_connector_runs_as_it_stands(
    broker: BrokerProcess, new_runtime: NewRuntime
) -> None:
    runtime = new_runtime(broker.address, IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR="mine")
    runtime.file("mine").mkdir()
    for block in (*blocks(README, "python"), *blocks(README, "toml")):
        name = block.partition("\n")[0].removeprefix("# ")
        runtime.file(name).write_text(block)
    source = ROOT / "config" / "connectors" / "random_source.toml"
    runtime.file("mine/random_source.toml").write_text(source.read_text())

    runtime.start()
    runtime.wait_for_status("sinks/ids", "running")
    written = runtime.file("mine/ids.txt")
    runtime.eventually(lambda: len(written.read_text().splitlines()) > 60)
    runtime.signal(signal.SIGTERM)

    assert runtime.wait() == ExitCode.STOPPED
    offsets = [int(line.split()[0]) for line in written.read_text().splitlines()]
    assert offsets == list(range(len(offsets)))
