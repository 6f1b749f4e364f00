"""Who gets in, and what the others are told."""

import struct

import pytest
from apache_iggy import AutoLogin, UserStatus

from tests.support.broker import BrokerProcess
from tests.support.raw_iggy import (
    BY_CODE,
    CREATE_STREAM,
    LOGIN,
    LOGOUT,
    PING,
    RawClient,
    login_body,
    name,
)
from tests.support.sdk import connect, run, unique_name

CREATE_TOKEN, DELETE_TOKEN, GET_TOKENS = 42, 43, 41


def test_root_logs_in_with_a_password(iggy_address: str) -> None:
    async def main() -> None:
        client = await connect(iggy_address)
        await client.get_stats()

    run(main)


@pytest.mark.parametrize(("username", "password"), [("iggy", "wrong"), ("nobody", "iggy")])
def test_wrong_credentials_are_refused_as_such(
    iggy_address: str, username: str, password: str
) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="Invalid credentials"):
            await connect(iggy_address, login=AutoLogin.username_password(username, password))

    run(main)


def test_a_login_can_be_tried_again_on_the_same_connection(iggy_address: str) -> None:
    async def main() -> None:
        client = await connect(iggy_address, login=AutoLogin.disabled())
        with pytest.raises(RuntimeError, match="Invalid credentials"):
            await client.login_user("iggy", "wrong")
        await client.ping()
        await client.login_user("iggy", "iggy")
        await client.get_stats()

    run(main)


def test_a_token_logs_in_until_it_is_deleted(iggy_address: str) -> None:
    token_name = unique_name("t")[:30]

    async def main() -> None:
        root = await connect(iggy_address)
        created = await root.send_binary_request(
            CREATE_TOKEN, name(token_name) + struct.pack("<Q", 0)
        )
        token = created[1:].decode()
        assert len(token) == created[0]
        assert token_name.encode() in await root.send_binary_request(GET_TOKENS, b"")
        by_token = await connect(iggy_address, login=AutoLogin.personal_access_token(token))
        await by_token.get_stats()
        await root.send_binary_request(DELETE_TOKEN, name(token_name))
        with pytest.raises(RuntimeError, match="Invalid personal access token"):
            await connect(iggy_address, login=AutoLogin.personal_access_token(token))

    run(main)


def test_an_expired_token_is_refused(iggy_address: str) -> None:
    token_name = unique_name("t")[:30]

    async def main() -> None:
        root = await connect(iggy_address)
        created = await root.send_binary_request(
            CREATE_TOKEN, name(token_name) + struct.pack("<Q", 1)
        )
        with pytest.raises(RuntimeError, match="personal access token"):
            await connect(iggy_address, login=AutoLogin.personal_access_token(created[1:].decode()))
        await root.send_binary_request(DELETE_TOKEN, name(token_name))

    run(main)


def test_a_token_name_is_taken_once(iggy_address: str) -> None:
    token_name = unique_name("t")[:30]
    body = name(token_name) + struct.pack("<Q", 0)

    async def main() -> None:
        root = await connect(iggy_address)
        await root.send_binary_request(CREATE_TOKEN, body)
        with pytest.raises(RuntimeError, match="already exists"):
            await root.send_binary_request(CREATE_TOKEN, body)
        await root.send_binary_request(DELETE_TOKEN, name(token_name))

    run(main)


def test_an_inactive_user_cannot_log_in(iggy_address: str) -> None:
    username = unique_name("u")

    async def main() -> None:
        root = await connect(iggy_address)
        await root.create_user(username, "secret", UserStatus.Inactive)
        login = AutoLogin.username_password(username, "secret")
        with pytest.raises(RuntimeError):
            await connect(iggy_address, login=login)
        await root.update_user(username, status=UserStatus.Active)
        await connect(iggy_address, login=login)
        await root.delete_user(username)

    run(main)


def test_a_user_who_is_deactivated_is_out_at_once(iggy_address: str) -> None:
    username = unique_name("u")

    async def main() -> None:
        root = await connect(iggy_address)
        await root.create_user(username, "secret")
        user = await connect(iggy_address, login=AutoLogin.username_password(username, "secret"))
        await user.get_streams()
        await root.update_user(username, status=UserStatus.Inactive)
        with pytest.raises(RuntimeError):
            await user.get_streams()
        await root.delete_user(username)

    run(main)


def test_after_a_logout_the_connection_can_log_in_again(iggy_address: str) -> None:
    async def main() -> None:
        client = await connect(iggy_address)
        await client.logout_user()
        await client.login_user("iggy", "iggy")
        await client.get_stats()

    run(main)


def test_before_a_login_there_is_ping_and_logout_only(iggy_address: str) -> None:
    with RawClient(iggy_address) as client:
        assert client.ask(BY_CODE, code=PING).status == 0
        assert client.ask(LOGOUT).status == 0
        assert client.ask(BY_CODE, code=201).status == 40
        refused = client.ask(CREATE_STREAM, name("stream"))
        assert (refused.command, refused.eviction_reason) == (13, 1)


@pytest.mark.broker_only
@pytest.mark.parametrize("version", [(0, 10, 99), (0, 12, 0), (1, 0, 0)])
def test_a_client_of_another_version_is_told_which_one_is_accepted(
    broker: BrokerProcess, version: tuple[int, int, int]
) -> None:
    major, minor, patch = version
    with RawClient(broker.address) as client:
        reply = client.ask(LOGIN, login_body(version=major << 20 | minor << 10 | patch))
        window = struct.unpack_from("<II", reply.header, 144)
        assert (reply.command, reply.eviction_reason, window) == (13, 14, (11264, 11264))
        client.log_in()
    assert f"speaks protocol {major}.{minor}.{patch}, this broker speaks 0.11" in broker.output()


def test_another_patch_of_the_version_is_accepted(iggy_address: str) -> None:
    with RawClient(iggy_address) as client:
        assert client.ask(LOGIN, login_body(version=11264 + 7)).command == 8


@pytest.mark.broker_only
@pytest.mark.parametrize(
    "body",
    [b"", b"\0\x2c", struct.pack("<I", 11264), login_body()[:-1], login_body() + b"!"],
    ids=["empty", "half a version", "version only", "cut short", "too long"],
)
def test_a_malformed_login_is_told_so(iggy_address: str, body: bytes) -> None:
    with RawClient(iggy_address) as client:
        reply = client.ask(LOGIN, body)
        assert (reply.command, reply.eviction_reason) == (13, 15)
        client.log_in()


@pytest.mark.parametrize("code", [38, 44])
def test_the_login_codes_of_old_are_told_to_be_malformed(iggy_address: str, code: int) -> None:
    with RawClient(iggy_address) as client:
        reply = client.ask(BY_CODE, login_body(), code=code)
        assert (reply.command, reply.eviction_reason) == (13, 15)


@pytest.mark.broker_only
def test_a_client_of_the_old_framing_is_told_at_once(iggy_address: str) -> None:
    ping = struct.pack("<II", 4, 1)
    login = struct.pack("<II", 4 + 25, 38) + bytes(25)
    invalid_version = struct.pack("<II", 7, 0)
    with RawClient(iggy_address) as client:
        for frame in (ping, login):
            client.send(frame)
            assert client.read_exactly(8) == invalid_version
        client.send(ping + ping)
        assert client.read_exactly(16) == invalid_version * 2


def test_session_numbers_grow(iggy_address: str) -> None:
    with RawClient(iggy_address) as client:
        numbers = [
            struct.unpack_from("<Q", client.ask(LOGIN, login_body()).body, 8)[0] for _ in range(3)
        ]
    assert 0 < numbers[0] < numbers[1] < numbers[2]
