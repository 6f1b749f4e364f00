"""A directory of connector files for tests: writes files, loads them all."""

from pathlib import Path

from config import Finding, Loaded, load_connectors
from config.model import BrokenConnector, ConnectorCatalog, SinkConfig, SourceConfig

SINK = """\
type = "sink"
key = "stdout"
enabled = true
version = 0
name = "Stdout sink"
path = "target/release/libiggy_connector_stdout_sink"

[[streams]]
stream = "example_stream"
topics = ["example_topic"]
schema = "json"
"""

SOURCE = """\
type = "source"
key = "random"
enabled = true
version = 0
name = "Random source"
path = "target/release/libiggy_connector_random_source"

[[streams]]
stream = "example_stream"
topic = "example_topic"
schema = "json"
"""


class ConnectorFolder:
    """Writes connector files and loads the directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def write(self, name: str, text: str, *changes: tuple[str, str]) -> Path:
        """Write `text` with the first of each pair replaced by the second."""
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = self.path / name
        file.write_text(text)
        return file

    def load(self, **environ: str) -> Loaded[ConnectorCatalog]:
        """Load everything; the names of variables come without `IGGY_CONNECTORS_`."""
        return load_connectors(
            self.path, {f"IGGY_CONNECTORS_{name}": text for name, text in environ.items()}
        )

    def sink(self, **environ: str) -> SinkConfig:
        """Load the only connector, which must be a sink without complaints."""
        connector = self._only(**environ)
        assert isinstance(connector, SinkConfig)
        return connector

    def source(self, **environ: str) -> SourceConfig:
        """Load the only connector, which must be a source without complaints."""
        connector = self._only(**environ)
        assert isinstance(connector, SourceConfig)
        return connector

    def broken(self, **environ: str) -> BrokenConnector:
        """Load the only connector, which must be broken."""
        catalog = self.load(**environ).value
        assert catalog.connectors == ()
        (broken,) = catalog.broken
        return broken

    def warning(self, **environ: str) -> Finding:
        """Return the only warning of loading."""
        (warning,) = self.load(**environ).warnings
        return warning

    def _only(self, **environ: str) -> SinkConfig | SourceConfig:
        loaded = self.load(**environ)
        assert loaded.value.broken == ()
        assert loaded.warnings == ()
        (connector,) = loaded.value.connectors
        return connector
