"""A source in a process of its own."""

from connectors.isolation.errors import PluginDiedError
from connectors.isolation.isolated_plugin import IsolatedPlugin
from connectors.isolation.plugin_process import Patience
from connectors.isolation.produced_frame import read_produced
from connectors.plugin import Source
from connectors.produced import Produced


class IsolatedSource(IsolatedPlugin, Source):
    """Polls it there; a new process goes on from the last state that was saved."""

    _saved: bytes | None = None
    _produced_state: bytes | None = None

    def open(self, state: bytes | None) -> None:
        """Open the source."""
        self._saved = state
        self._open(state)

    def poll(self) -> Produced | None:
        """Return what the source has."""
        self._ensure_open(self._saved)
        produced = read_produced(self._call("poll", None, self._while_polling))
        if produced is not None:
            self._produced_state = produced.state
        return produced

    def on_batch_result(self, accepted: bool) -> None:
        """Tell the source, unless its process has ended meanwhile: the next goes by the state."""
        if accepted and self._produced_state is not None:
            self._saved = self._produced_state
        if self._process is None:
            return
        try:
            self._call("on_batch_result", accepted, Patience(limit_s=self._timeouts.consume_s))
        except PluginDiedError as error:
            self.log.warning("After a batch %s", error)

    def close(self) -> None:
        """Close the source, and end its process."""
        self._close()

    @property
    def _while_polling(self) -> Patience:
        return Patience(stopping_limit_s=self._timeouts.close_s)
