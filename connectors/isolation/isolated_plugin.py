"""What isolated sinks and sources have in common: a process that is replaced when it has ended."""

import logging
import os
from typing import Any

from config.errors import ConfigError
from config.model import SinkConfig, SourceConfig
from connectors.errors import FatalError, RetryableError
from connectors.isolation.errors import PluginDiedError
from connectors.isolation.plugin_process import AnswerQuestion, Patience, PluginProcess
from connectors.stopping import Stopping


class IsolatedPlugin:
    """Stands for a plugin that runs in another process; used in the connector's thread.

    After PluginDiedError the next call is made in a new process, in which the plugin is opened
    again. `version` is what the plugin says of itself.
    """

    def __init__(
        self, config: SinkConfig | SourceConfig, *, log: logging.Logger, stopping: Stopping
    ) -> None:
        """Start the process and find the plugin there. Raises ConfigError where there is none."""
        self.key, self.config, self.log, self.stopping = config.key, None, log, stopping
        self._connector = config
        self._timeouts = config.timeouts
        self._process: PluginProcess | None = None
        self._is_open = False
        self.version = self._start()

    def _start(self) -> str:
        config = self._connector
        settings = {
            "kind": str(config.kind),
            "key": config.key,
            "path": config.path,
            "plugin_config": config.plugin_config,
            "log": self.log.name,
            "log_level": self.log.getEffectiveLevel(),
            "root_level": logging.getLogger().getEffectiveLevel(),
            "python_path": os.environ.get("PYTHONPATH"),
        }
        self._process = PluginProcess(
            settings,
            log=self.log,
            stopping=self.stopping,
            memory_limit_bytes=config.memory_limit_bytes,
        )
        try:
            version: str = self._call("make", None, self._while_opening)
        except BaseException:
            self._end()
            raise
        return version

    def _open(self, state: bytes | None) -> None:
        self._call("open", state, self._while_opening)
        self._is_open = True

    def _ensure_open(self, state: bytes | None) -> None:
        """Open the plugin in a new process where the one before has ended.

        What is wrong then is not the fault of the batch that waits: it counts as passing.
        """
        if self._process is not None and self._process.has_ended:
            self.log.warning("Between two calls %s", self._process.how_it_ended())
            self._end()
        if self._process is not None and self._is_open:
            return
        self.log.info("Starting the plugin again, in a new process")
        try:
            self._end()
            self._start()
            self._open(state)
        except (ConfigError, FatalError, RetryableError):
            raise
        except Exception as error:
            raise RetryableError(f"the plugin cannot be started again: {error}") from error

    def _call(
        self,
        name: str,
        argument: object,
        patience: Patience,
        answer_question: AnswerQuestion | None = None,
    ) -> Any:
        if self._process is None:
            raise PluginDiedError("the plugin's process is gone")
        try:
            return self._process.call(name, argument, patience, answer_question)
        except PluginDiedError:
            self._end()
            raise

    def _close(self) -> None:
        if self._process is None:
            return
        try:
            self._call("close", None, Patience(limit_s=self._timeouts.close_s))
        except PluginDiedError as error:
            self.log.warning("The plugin failed to close: %s", error)
        finally:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        self._is_open = False
        if process is not None:
            process.end()

    @property
    def _while_opening(self) -> Patience:
        return Patience(limit_s=self._timeouts.open_s, stopping_limit_s=self._timeouts.close_s)
