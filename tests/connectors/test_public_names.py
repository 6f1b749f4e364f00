import os
import subprocess
import sys
from pathlib import Path

import connectors


def test_the_package_offers_exactly_what_authors_need() -> None:
    assert connectors.__all__ == [
        "Batch",
        "FatalError",
        "Produced",
        "ProducedRecord",
        "Record",
        "RecordError",
        "RetryableError",
        "SecretText",
        "Sink",
        "Source",
        "retry",
        "retry_async",
        "wait_async",
    ]
    assert all(hasattr(connectors, name) for name in connectors.__all__)


def test_plugins_need_no_actors_and_no_event_loop() -> None:
    script = (
        "import sys, connectors, connectors.registry, connectors.create, connectors.outgoing;"
        "import connectors.sources.random_source, connectors.sinks.stdout_sink;"
        "print(sorted({'pykka', 'gevent', 'bottle', 'apache_iggy'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )

    assert done.stdout == "[]\n"


def test_who_hides_our_config_by_their_own_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("URL = 'here'")
    checkout = Path(connectors.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", "import connectors.testing"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert f"from '{tmp_path}/config.py'> hides the package config" in done.stderr
    assert "give it another name" in done.stderr
