"""What sinks and sources must do alike, and what the checks of both are made of."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from unittest import SkipTest

from config.errors import ConfigError
from connectors.create import create_plugin
from connectors.plugin import Plugin
from connectors.plugin_option import PluginOption, options_of

PluginT = TypeVar("PluginT", bound=Plugin)

_ENDS_WITHIN_S = 1.0
_TOLERANCE_S = 0.5  # of a busy machine
_CLOSES_WITHIN_S = 10.0
_SETTLE_S = 0.2


class PluginContract(Generic[PluginT]):
    """`plugin_class` is what is tested.

    `wrong_configs` are `[plugin_config]` tables that the plugin must refuse; that a required key
    is missing is tried without being listed.
    """

    plugin_class: type[PluginT]
    wrong_configs: Sequence[object] = ()

    def plugin_config(self) -> Any:
        """Return a `[plugin_config]` that works, for a target that is empty at each test."""
        return {}

    def test_a_wrong_config_is_refused(self) -> None:
        """Such a connector must not start: a typo would write to the wrong place."""
        config = self.plugin_config()
        missing_one = [
            {key: value for key, value in config.items() if key != option.key}
            for option in self._options()
            if option.required
        ]
        for wrong in (*missing_one, *self.wrong_configs):
            keys = ", ".join(map(str, wrong)) if isinstance(wrong, dict) else type(wrong).__name__
            try:
                self.create(wrong)
            except ConfigError:
                continue
            raise AssertionError(f"a config with [{keys}], which is wrong, is accepted")

    def test_a_secret_does_not_show_itself(self) -> None:
        """Whoever logs or prints the config must not give away what is in it."""
        config = self.plugin_config()
        shown = repr(self.create(config).config)
        for option in self._options():
            value = config.get(option.key)
            if option.secret and isinstance(value, str) and value:
                expect(value not in shown, f"the secret {option.key} is shown by repr(config)")

    def create(self, plugin_config: object, stopping: threading.Event | None = None) -> PluginT:
        """Return a plugin as the runtime makes it, not opened. Raises ConfigError."""
        return create_plugin(
            self.plugin_class,
            key="contract",
            log=logging.getLogger("connector.contract"),
            plugin_config=plugin_config,
            stopping=stopping or threading.Event(),
        )

    def _options(self) -> list[PluginOption]:
        schema_class = self.plugin_class.Config
        if schema_class is None:
            return []
        return [option for option in options_of(schema_class()) if "." not in option.key]


def expect(is_so: object, otherwise: str) -> None:
    """Raise AssertionError unless it is so."""
    if not is_so:
        raise AssertionError(otherwise)


def expect_all(wanted: Sequence[Any], found: Sequence[Any], otherwise: str) -> None:
    """Raise AssertionError that tells how many of the wanted were not found, and the first."""
    missing = [value for value in wanted if value not in found]
    if missing:
        raise AssertionError(f"{otherwise}: {len(missing)} missing, the first is {missing[0]!r}")


def skip(reason: str) -> SkipTest:
    """Return what ends a test that cannot say anything about this plugin; pytest knows it."""
    return SkipTest(reason)


def expect_end_at_stopping(
    what: str, work: Callable[[], None], close: Callable[[], None], stopping: threading.Event
) -> None:
    """Run `work` and `close` in a thread, as a connector does; `work` must end by `stopping`."""
    errors: list[BaseException] = []
    has_worked = threading.Event()

    def run() -> None:
        try:
            work()
        except Exception:  # noqa: BLE001, S110 - an error is an end too
            pass
        finally:
            has_worked.set()
        stopping.wait()
        try:
            close()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=run, name="contract", daemon=True)
    thread.start()
    has_worked.wait(_SETTLE_S)
    stopping.set()
    has_ended = has_worked.wait(_ENDS_WITHIN_S + _TOLERANCE_S)
    expect(has_ended, f"{what} goes on for more than {_ENDS_WITHIN_S:g} s after stopping is set")
    thread.join(_CLOSES_WITHIN_S)
    expect(not thread.is_alive(), f"close takes longer than {_CLOSES_WITHIN_S:g} s")
    for error in errors:
        raise AssertionError("close fails at the end") from error
