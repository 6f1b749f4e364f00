"""The whole way over TLS, with a token instead of a password."""

import struct
from pathlib import Path

import pytest

from tests.support.broker import StartBroker
from tests.support.connector_folder import NUMBERED_SOURCE, RECORDING_SINK
from tests.support.numbers import recorded_values
from tests.support.raw_iggy import name
from tests.support.runtime import NewRuntime
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

CREATE_TOKEN = 42
TLS_FILES = Path(__file__).parents[1] / "support" / "tls"


def create_token(address: str) -> str:
    """Make a token of root's that does not expire."""

    async def create() -> bytes:
        root = await connect(address)
        return await root.send_binary_request(CREATE_TOKEN, name("test") + struct.pack("<Q", 0))

    return run(create)[1:].decode()


def test_messages_pass_over_tls_with_a_token(
    new_runtime: NewRuntime, start_broker: StartBroker
) -> None:
    broker = start_broker()
    token = create_token(broker.address)
    broker.restart(
        IGGY_TCP_TLS_ENABLED="true",
        IGGY_TCP_TLS_CERT_FILE=str(TLS_FILES / "server.pem"),
        IGGY_TCP_TLS_KEY_FILE=str(TLS_FILES / "server.key"),
    )
    runtime = new_runtime(
        broker.address,
        IGGY_CONNECTORS_IGGY_PASSWORD="not-this-one",
        IGGY_CONNECTORS_IGGY_TLS_ENABLED="true",
        IGGY_CONNECTORS_IGGY_TLS_CA_FILE=str(TLS_FILES / "ca.pem"),
        IGGY_CONNECTORS_IGGY_TLS_DOMAIN="localhost",
    )
    token_file = runtime.file("token")
    token_file.write_text(token)
    runtime.environ["IGGY_CONNECTORS_IGGY_TOKEN"] = f"file:{token_file}"
    record = runtime.file("record")
    runtime.connectors.source("writer", NUMBERED_SOURCE, "safe", batch=10, end=100)
    runtime.connectors.sink("reader", RECORDING_SINK, "safe", record=record)
    runtime.start()
    runtime.eventually(lambda: len(recorded_values(record)) >= 100)
    assert recorded_values(record) == list(range(100))
    assert runtime.api("health") == {"status": "healthy", "iggy": "connected"}
    assert token not in runtime.output()
