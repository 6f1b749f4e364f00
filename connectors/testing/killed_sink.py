"""Kills a process right after a sink's `consume` has returned, as a crash might.

Run as a module it is that process: it reads its task as JSON from standard input.
"""

import inspect
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from config.errors import ConfigError
from config.model import Kind, Schema
from connectors.blocking import BlockingSink
from connectors.create import create_plugin
from connectors.plugin import Sink
from connectors.registry import find_plugin
from connectors.testing.batches import make_batch

_LIMIT_S = 60.0


def consume_and_be_killed(
    plugin_class: type[Sink], plugin_config: object, payloads: Sequence[bytes], schema: Schema
) -> None:
    """Have another process open the sink, consume the payloads one by one, and die at once.

    Raises AssertionError when the sink fails before that.
    """
    task = {
        "module": plugin_class.__module__,
        "file": inspect.getfile(plugin_class),
        "class": plugin_class.__name__,
        "config": plugin_config,
        "payloads": [payload.hex() for payload in payloads],
        "schema": schema,
    }
    python_path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    ended = subprocess.run(
        [sys.executable, "-m", "connectors.testing.killed_sink"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": python_path},
    )
    if ended.returncode != -signal.SIGKILL:
        raise AssertionError(f"the sink fails in a process of its own:\n{ended.stderr}")


def _main() -> None:
    task = json.load(sys.stdin)
    sink = create_plugin(
        _find(task["module"], task["file"], task["class"]),
        key="contract",
        log=logging.getLogger("connector.contract"),
        plugin_config=task["config"],
        stopping=threading.Event(),
    )
    blocking = BlockingSink(sink)
    blocking.open()
    for at, payload in enumerate(task["payloads"]):
        batch = make_batch([bytes.fromhex(payload)], schema=task["schema"], first_offset=at)
        blocking.consume(batch)
    os.kill(os.getpid(), signal.SIGKILL)


def _find(module_name: str, file: str, class_name: str) -> type[Sink]:
    try:
        found = find_plugin(f"{module_name}:{class_name}", Kind.SINK)
    except ConfigError:  # pytest can import modules under names that nobody else can
        found = find_plugin(f"{file}:{class_name}", Kind.SINK)
    assert issubclass(found.plugin_class, Sink)  # noqa: S101
    return found.plugin_class


if __name__ == "__main__":
    _main()
