"""Fixtures for the tests of the configuration."""

from pathlib import Path

import pytest

from tests.config.connector_folder import ConnectorFolder


@pytest.fixture
def folder(tmp_path: Path) -> ConnectorFolder:
    """Return an empty directory of connector files."""
    return ConnectorFolder(tmp_path / "connectors")
