"""Who gets a session, and what the others are told."""

import struct

import pytest
from apache_iggy import UserStatus

from actors.iggy.iggy_error import (
    ConnectionLostError,
    IggyCallError,
    LoginRefusedError,
    VersionRefusedError,
)
from actors.iggy.open_session import open_session
from config.model import IggyConfig, IggyTlsConfig
from tests.actors.iggy.connecting import NO_TLS, TLS_FILES, iggy_config, tls_config
from tests.actors.iggy.refusing_server import RefusingServer
from tests.support.broker import BrokerProcess, StartBroker
from tests.support.raw_iggy import name
from tests.support.sdk import connect, run, unique_name

CREATE_TOKEN, DELETE_TOKEN = 42, 43
FOR_EVER_US, AN_INSTANT_US = 0, 1
INCOMPATIBLE_PROTOCOL, STALE_CLIENT = 14, 13
PROTOCOL_0_12 = 12 << 10
SECRET = "hunter2-and-more"


async def log_in(config: IggyConfig) -> None:
    """Open a session and use it for what only somebody logged in may do."""
    session = await open_session(config)
    await session.ensure_topic(unique_name("s"), "topic")


async def new_token(address: str, token_name: str, expiry_us: int) -> str:
    root = await connect(address)
    created = await root.send_binary_request(
        CREATE_TOKEN, name(token_name) + struct.pack("<Q", expiry_us)
    )
    return created[1:].decode()


@pytest.fixture
def tls_broker(start_broker: StartBroker) -> BrokerProcess:
    return start_broker(
        IGGY_TCP_TLS_ENABLED="true",
        IGGY_TCP_TLS_CERT_FILE=str(TLS_FILES / "server.pem"),
        IGGY_TCP_TLS_KEY_FILE=str(TLS_FILES / "server.key"),
    )


def test_a_password_logs_in(iggy_address: str) -> None:
    run(lambda: log_in(iggy_config(iggy_address)))


@pytest.mark.parametrize("username", ["iggy", "nobody", "x"])
def test_wrong_credentials_are_refused_without_showing_them(
    iggy_address: str, username: str
) -> None:
    config = iggy_config(iggy_address, username=username, password=SECRET)
    with pytest.raises(LoginRefusedError, match=f"{iggy_address} as {username}") as refused:
        run(lambda: open_session(config))
    assert SECRET not in str(refused.value)


def test_a_token_wins_over_a_password_until_it_is_deleted(iggy_address: str) -> None:
    token_name = unique_name("t")[:30]

    async def main() -> None:
        token = await new_token(iggy_address, token_name, FOR_EVER_US)
        config = iggy_config(iggy_address, password="wrong", token=token)
        await log_in(config)
        root = await connect(iggy_address)
        await root.send_binary_request(DELETE_TOKEN, name(token_name))
        with pytest.raises(LoginRefusedError, match="with a token") as refused:
            await open_session(config)
        assert token not in str(refused.value)

    run(main)


def test_an_expired_token_is_refused(iggy_address: str) -> None:
    async def main() -> None:
        token = await new_token(iggy_address, unique_name("t")[:30], AN_INSTANT_US)
        with pytest.raises(LoginRefusedError):
            await open_session(iggy_config(iggy_address, token=token))

    run(main)


def test_an_inactive_user_is_told_as_a_lost_connection(iggy_address: str) -> None:
    username = unique_name("u")

    async def main() -> None:
        root = await connect(iggy_address)
        await root.create_user(username, SECRET, UserStatus.Inactive)
        config = iggy_config(iggy_address, username=username, password=SECRET)
        with pytest.raises(ConnectionLostError, match=f"as {username}"):
            await open_session(config)
        await root.delete_user(username)

    run(main)


def test_nobody_there_is_a_lost_connection_that_names_the_address(broker: BrokerProcess) -> None:
    broker.kill()
    with pytest.raises(ConnectionLostError, match=f"{broker.address} as iggy, without TLS: "):
        run(lambda: open_session(iggy_config(broker.address)))


def test_a_host_that_has_no_address_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLostError, match=r"nowhere\.invalid:8090"):
        run(lambda: open_session(iggy_config("nowhere.invalid:8090")))


def test_an_address_without_a_port_is_shown() -> None:
    with pytest.raises(IggyCallError, match="connection to localhost as iggy"):
        run(lambda: open_session(iggy_config("localhost")))


@pytest.mark.broker_only
def test_an_ipv6_address_stands_in_brackets(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_TCP_ADDRESS="[::1]:0")
    run(lambda: log_in(iggy_config(f"[::1]:{broker.port}")))


def test_a_server_of_another_version_is_named() -> None:
    with (
        RefusingServer(reason=INCOMPATIBLE_PROTOCOL, accepted_version=PROTOCOL_0_12) as server,
        pytest.raises(VersionRefusedError, match=r"client 0\.11\.0, server accepts \[0\.12\.0"),
    ):
        run(lambda: open_session(iggy_config(server.address)))


def test_a_session_that_ends_during_the_login_is_a_lost_connection() -> None:
    with RefusingServer(reason=STALE_CLIENT) as server, pytest.raises(ConnectionLostError):
        run(lambda: open_session(iggy_config(server.address)))


@pytest.mark.broker_only
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_without_a_domain_expects_the_host_of_the_address(
    tls_broker: BrokerProcess, host: str
) -> None:
    run(lambda: log_in(iggy_config(f"{host}:{tls_broker.port}", tls=tls_config())))


@pytest.mark.broker_only
def test_tls_with_a_domain_expects_that(tls_broker: BrokerProcess) -> None:
    run(lambda: log_in(iggy_config(tls_broker.address, tls=tls_config(domain="localhost"))))


@pytest.mark.broker_only
@pytest.mark.parametrize(
    ("tls", "said"),
    [
        (tls_config(ca_file="server.pem"), r"over TLS \(CA file .*server\.pem, domain 127"),
        (tls_config(domain="example.com"), "domain example.com"),
        (NO_TLS, "without TLS"),
    ],
    ids=["another CA", "another domain", "no TLS"],
)
def test_tls_that_does_not_fit_is_a_lost_connection_that_says_what_was_tried(
    tls_broker: BrokerProcess, tls: IggyTlsConfig, said: str
) -> None:
    with pytest.raises(ConnectionLostError, match=said):
        run(lambda: open_session(iggy_config(tls_broker.address, tls=tls)))


@pytest.mark.broker_only
def test_tls_to_a_server_without_is_a_lost_connection(broker: BrokerProcess) -> None:
    with pytest.raises(ConnectionLostError, match="over TLS"):
        run(lambda: open_session(iggy_config(broker.address, tls=tls_config())))


@pytest.mark.broker_only
def test_a_missing_ca_file_is_named(tls_broker: BrokerProcess) -> None:
    config = iggy_config(tls_broker.address, tls=tls_config(ca_file="gone.pem"))
    with pytest.raises(IggyCallError, match=r"gone\.pem, .*: Invalid TLS certificate path"):
        run(lambda: open_session(config))
