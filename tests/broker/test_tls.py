"""TLS, with a certificate made for these tests (valid for 100 years, its authority's key lost)."""

from pathlib import Path

import pytest
from apache_iggy import AutoLogin, IggyClient, SendMessage, TcpConfig, TcpReconnectionConfig

from tests.support.broker import BrokerDidNotStartError, BrokerProcess, StartBroker
from tests.support.raw_iggy import RawClient
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

FILES = Path(__file__).parents[1] / "support" / "tls"


@pytest.fixture
def tls_broker(start_broker: StartBroker) -> BrokerProcess:
    return start_broker(
        IGGY_TCP_TLS_ENABLED="true",
        IGGY_TCP_TLS_CERT_FILE=str(FILES / "server.pem"),
        IGGY_TCP_TLS_KEY_FILE=str(FILES / "server.key"),
    )


def tls_client(broker: BrokerProcess, *, domain: str = "localhost") -> IggyClient:
    return IggyClient(
        TcpConfig(
            server_address=broker.address,
            auto_login=AutoLogin.username_password("iggy", "iggy"),
            reconnection=TcpReconnectionConfig(enabled=False),
            tls_enabled=True,
            tls_domain=domain,
            tls_ca_file=str(FILES / "ca.pem"),
        )
    )


def test_messages_pass_over_tls(tls_broker: BrokerProcess) -> None:
    async def main() -> None:
        client = tls_client(tls_broker)
        await client.connect()
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1)
        for size in (1, 100_000, 3_000_000):
            sent = await client.send_messages("stream", "topic", 0, [SendMessage("x" * size)])
            assert len(sent.confirmations) == 1

    run(main)


def test_another_name_than_the_certificates_is_refused(tls_broker: BrokerProcess) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError):
            await tls_client(tls_broker, domain="example.com").connect()

    run(main)


def test_a_client_without_tls_is_refused(tls_broker: BrokerProcess) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError):
            await connect(tls_broker.address)
        client = tls_client(tls_broker)
        await client.connect()

    run(main)


def test_garbage_in_a_handshake_is_closed(tls_broker: BrokerProcess) -> None:
    with RawClient(tls_broker.address) as client:
        client.send(b"garbage" * 100)
        with pytest.raises(EOFError):
            client.read_exactly(1000)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IGGY_TCP_TLS_CERT_FILE", "/nowhere/server.pem"),
        ("IGGY_TCP_TLS_CERT_FILE", str(FILES / "server.key")),
        ("IGGY_TCP_TLS_KEY_FILE", ""),
    ],
)
def test_files_that_cannot_be_used_are_named(
    start_broker: StartBroker, variable: str, value: str
) -> None:
    environ = {
        "IGGY_TCP_TLS_ENABLED": "true",
        "IGGY_TCP_TLS_CERT_FILE": str(FILES / "server.pem"),
        "IGGY_TCP_TLS_KEY_FILE": str(FILES / "server.key"),
        variable: value,
    }
    with pytest.raises(BrokerDidNotStartError, match=f"{variable}={value}"):
        start_broker(**environ)
