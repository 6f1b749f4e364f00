from dataclasses import replace

import pytest

from actors.connector_health import ConnectorHealth
from actors.core import Ref, ask, tell
from actors.queries import ConnectorNotFoundError, ConnectorView, GetConnector, ListConnectors
from actors.status_board import ConnectorChanged, StatusBoard
from config.model import Kind
from tests.actors.configurations import sink_config, source_config

LIMIT_S = 5.0

SINK_B = ConnectorHealth(sink_config("b")).view
SINK_A = ConnectorHealth(sink_config("a")).view
SOURCE_B = ConnectorHealth(source_config("b")).view


@pytest.fixture
def board() -> Ref:
    ref: Ref = StatusBoard.start()
    for view in (SINK_B, SOURCE_B, SINK_A):
        tell(ref, ConnectorChanged(view=view))
    return ref


def listed(board: Ref, kind: Kind) -> tuple[ConnectorView, ...]:
    return ask(board, ListConnectors(kind=kind), timeout_s=LIMIT_S)


def test_connectors_of_a_kind_are_listed_by_key(board: Ref) -> None:
    assert listed(board, Kind.SINK) == (SINK_A, SINK_B)
    assert listed(board, Kind.SOURCE) == (SOURCE_B,)


def test_one_connector_is_found_by_kind_and_key(board: Ref) -> None:
    assert ask(board, GetConnector(kind=Kind.SOURCE, key="b"), timeout_s=LIMIT_S) == SOURCE_B
    with pytest.raises(ConnectorNotFoundError, match=r"^Source not found with key: a$"):
        ask(board, GetConnector(kind=Kind.SOURCE, key="a"), timeout_s=LIMIT_S)
    assert board.is_alive()


def test_what_is_told_last_counts(board: Ref) -> None:
    changed = replace(SINK_A, restarts=3)
    tell(board, ConnectorChanged(view=changed))
    assert listed(board, Kind.SINK) == (changed, SINK_B)


def test_a_new_board_knows_nothing() -> None:
    board: Ref = StatusBoard.start()
    assert listed(board, Kind.SINK) == ()
