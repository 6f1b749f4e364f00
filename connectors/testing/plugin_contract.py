"""What sinks and sources must do alike, and what the checks of both are made of."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar
from unittest import SkipTest

from config.errors import ConfigError
from connectors.create import create_plugin
from connectors.errors import FatalError
from connectors.plugin import Plugin
from connectors.plugin_option import PluginOption, options_of
from connectors.testing.killed_plugin import KilledPlugin
from connectors.testing.plugin_thread import PluginThread
from connectors.testing.timed_plugins import TimedSink, TimedSource

PluginT = TypeVar("PluginT", bound=Plugin)
TimedT = TypeVar("TimedT", bound=TimedSink | TimedSource)

_UNDER_WAY_S = 0.1


class PluginContract(ABC, Generic[PluginT, TimedT]):
    """`plugin_class` is what is tested.

    `wrong_configs` are `[plugin_config]` tables that the plugin must refuse; that a required key
    is missing is tried without being listed. A call that has not returned after `hook_limit_s`
    fails the test.
    """

    plugin_class: type[PluginT]
    wrong_configs: Sequence[object] = ()
    hook_limit_s: float = 10.0

    def plugin_config(self) -> Any:
        """Return a `[plugin_config]` that works."""
        return {}

    def unreachable_config(self) -> Any:
        """Return a `[plugin_config]` whose other side is not there, if `open` waits for it."""
        return self.plugin_config()

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
                self._open_and_kill(wrong)
            except (ConfigError, FatalError):
                continue
            except Exception as error:
                error.add_note(f"for a config with [{keys}], which is to be a FatalError")
                raise
            raise AssertionError(f"a config with [{keys}], which is wrong, is accepted")

    def test_a_secret_does_not_show_itself(self) -> None:
        """Whoever logs or prints the config must not give away what is in it."""
        config = self.plugin_config()
        with self._created(config) as timed:
            shown = repr(timed.plugin.config)
        for option in self._options():
            value = config.get(option.key)
            if option.secret and isinstance(value, str) and value:
                expect(value not in shown, f"the secret {option.key} is shown by repr(config)")

    def test_close_is_harmless_without_open(self) -> None:
        """It is called after an `open` that failed, however early."""
        with self._created(self.plugin_config()) as timed:
            timed.close()

    def test_close_is_harmless_when_called_twice(self) -> None:
        """Whoever is not sure whether it was called must be free to call it."""
        with self._created(self.plugin_config()) as timed:
            timed.open()
            timed.close()
            timed.close()

    def test_open_ends_within_a_second_of_stopping(self) -> None:
        """A runtime that cannot stop is killed, and with it what other connectors do."""
        with self._created(self.unreachable_config()) as timed:
            opening = timed.begin_open()
            wait([opening], _UNDER_WAY_S)
            try:
                timed.thread.expect_end("open", opening)
            finally:
                timed.close()

    @contextmanager
    def _created(self, plugin_config: object) -> Iterator[TimedT]:
        """Give a plugin as the runtime makes it, not opened. Raises ConfigError."""
        with PluginThread(self.hook_limit_s) as thread:
            create = partial(self._create, plugin_config, thread.stopping)
            yield self._timed(thread.call("__init__", create), thread)

    def _create(self, plugin_config: object, stopping: threading.Event) -> PluginT:
        return create_plugin(
            self.plugin_class,
            key="contract",
            log=logging.getLogger("connector.contract"),
            plugin_config=plugin_config,
            stopping=stopping,
        )

    @abstractmethod
    def _timed(self, plugin: PluginT, thread: PluginThread) -> TimedT: ...

    def _killed(self, plugin_config: object) -> KilledPlugin:
        return KilledPlugin(self.plugin_class, plugin_config, self.hook_limit_s)

    def _open_and_kill(self, plugin_config: object) -> None:
        """Open a plugin where it does no harm: its `open(5)`, say, takes a descriptor in use."""
        with self._created(plugin_config):
            pass
        with self._killed(plugin_config) as plugin:
            plugin.open()

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
