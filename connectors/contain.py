"""Runs the code of a plugin where its failure must harm that connector only."""

from collections.abc import Callable
from typing import TypeVar

from config.errors import ConfigError

T = TypeVar("T")


def contain(what: str, foreign: Callable[[], T]) -> T:
    """Return what `foreign` returns; whatever it raises becomes a ConfigError that begins `what`.

    That holds for SystemExit and the like too, which would end a thread or the whole process.
    """
    try:
        return foreign()
    except (ConfigError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise ConfigError(f"{what}: {type(error).__name__}: {error}") from error
