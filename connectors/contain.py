"""Runs the code of a plugin where its failure must harm that connector only."""

from collections.abc import Callable
from typing import TypeVar

from config.errors import ConfigError
from connectors.foreign_error import described, is_ctrl_c

T = TypeVar("T")


class BrokenPluginError(ConfigError):
    """Code of a plugin failed before the plugin could be used; the cause has the traceback."""


def contain(what: str, foreign: Callable[[], T]) -> T:
    """Return what `foreign` returns; raises BrokenPluginError for whatever it raises.

    The text begins with `what` and says where in the plugin's code it was. That holds for
    SystemExit and the like too, which would end a thread or the whole process, but not for Ctrl-C.
    A ConfigError is raised as it is.
    """
    try:
        return foreign()
    except ConfigError:
        raise
    except BaseException as error:
        if is_ctrl_c(error):
            raise
        raise BrokenPluginError(f"{what}: {described(error)}") from error
