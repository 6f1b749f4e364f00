"""Whatever a file holds, loading ends in a configuration or in findings, never in a crash."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError, load_connectors, load_runtime
from config.connector_schema import CONNECTOR_TABLES, STREAM_TABLES
from config.model import Kind
from config.runtime_schema import RuntimeSchema
from config.strict_field import leaves

CONNECTOR_KEYS = sorted(
    {key for table in CONNECTOR_TABLES.values() for path, _ in leaves(table) for key in path}
    | {"streams"}
)
STREAM_KEYS = sorted({key for table in STREAM_TABLES.values() for key in table.fields})
RUNTIME_KEYS = sorted({key for path, _ in leaves(RuntimeSchema()) for key in path})

VALUES = st.one_of(
    st.sampled_from(
        [
            "sink",
            "source",
            "json",
            "5ms",
            "0",
            "dead_letter",
            "file:x",
            "",
            "add_fields",
            "\x00",
            "a@b:1",
        ]
    ),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.just(datetime(2026, 11, 24, tzinfo=UTC)),
)


def tables(keys: list[str]) -> st.SearchStrategy[dict[str, object]]:
    names = st.sampled_from([*keys, "unknown", "odd key"])
    return st.dictionaries(
        names,
        st.recursive(
            VALUES,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
            max_leaves=8,
        ),
        max_size=8,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(
    tables(CONNECTOR_KEYS),
    st.lists(tables(STREAM_KEYS), max_size=2),
    st.sampled_from([kind.value for kind in Kind]),
)
def test_any_connector_file_is_one_entry_of_the_catalog(
    place: Path, table: dict[str, object], streams: list[dict[str, object]], kind: str
) -> None:
    text = tomli_w.dumps({"type": kind, "key": "k", "streams": streams, **table})
    (place / "any.toml").write_text(text)

    loaded = load_connectors(place, {})

    assert len(loaded.value.connectors) + len(loaded.value.broken) == 1
    assert f"{loaded}".encode()


@given(tables(RUNTIME_KEYS))
def test_any_runtime_file_is_a_configuration_or_findings(
    place: Path, table: dict[str, object]
) -> None:
    path = place / "runtime"
    path.write_text(tomli_w.dumps(table))

    with suppress(ConfigError):
        load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": str(path)}, cwd=place)
