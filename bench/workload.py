"""What all benchmarks move: how large it is, and the text of it."""

import json

STREAM = "bench"
PARTITIONS = 4
MESSAGES = 1000
PAYLOAD_BYTES = 200


def payload_text() -> str:
    """Return a JSON object of `PAYLOAD_BYTES` characters."""
    rest = PAYLOAD_BYTES - len(_object(""))
    return _object("x" * rest)


def _object(filling: str) -> str:
    record = {"id": 1234567, "name": "sensor-17", "value": 21.5, "is_open": True, "text": filling}
    return json.dumps(record, separators=(",", ":"))
