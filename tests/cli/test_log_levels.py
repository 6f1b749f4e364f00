"""RUST_LOG in its simple forms."""

import logging

import pytest

from cli.log_levels import OFF, TRACE, LogLevels, parse_log_levels


@pytest.mark.parametrize(
    ("directives", "level"),
    [
        ("", logging.INFO),
        ("debug", logging.DEBUG),
        ("WARN", logging.WARNING),
        (" error ", logging.ERROR),
        ("trace", TRACE),
        ("off", OFF),
        ("info,debug", logging.DEBUG),
    ],
)
def test_a_level_alone_holds_everywhere(directives: str, level: int) -> None:
    assert parse_log_levels(directives) == LogLevels(everywhere=level)


def test_a_target_has_its_own_level_in_both_spellings() -> None:
    assert parse_log_levels("warn, iggy_connectors::x=debug,connector.sink.a-b=error") == LogLevels(
        everywhere=logging.WARNING,
        targets={
            "iggy_connectors::x": logging.DEBUG,
            "iggy_connectors.x": logging.DEBUG,
            "connector.sink.a-b": logging.ERROR,
        },
    )


def test_a_target_alone_is_written_in_full() -> None:
    assert parse_log_levels("actors") == LogLevels(targets={"actors": TRACE})


@pytest.mark.parametrize("directives", ["info,x=loud", "=info", "x[span]=info", "a b", "x=a=b"])
def test_what_is_not_understood_is_named(directives: str) -> None:
    with pytest.raises(ValueError, match="is neither"):
        parse_log_levels(directives)
