"""Users through the SDK. Permissions are kept and shown; nobody is kept from anything by them."""

import pytest
from apache_iggy import (
    AutoLogin,
    GlobalPermissions,
    Permissions,
    StreamPermissions,
    TopicPermissions,
    UserStatus,
)

from tests.support.sdk import connect, run, unique_name

SOME_PERMISSIONS = Permissions(
    GlobalPermissions(read_streams=True, poll_messages=True),
    {
        1: StreamPermissions(manage_topics=True, topics={2: TopicPermissions(send_messages=True)}),
        7: StreamPermissions(read_stream=True),
    },
)


def test_a_user_is_created_found_and_deleted(iggy_address: str) -> None:
    username = unique_name("user")

    async def main() -> None:
        root = await connect(iggy_address)
        created = await root.create_user(username, "secret")
        assert (created.username, created.status) == (username, UserStatus.Active)
        assert created.permissions is None
        by_id = await root.get_user(created.id)
        assert by_id is not None
        assert by_id.username == username
        assert username in [user.username for user in await root.get_users()]
        with pytest.raises(RuntimeError, match="already exists"):
            await root.create_user(username, "other")
        await root.delete_user(username)
        assert await root.get_user(username) is None
        with pytest.raises(RuntimeError, match="not found"):
            await root.delete_user(username)

    run(main)


def test_permissions_are_kept_and_shown(iggy_address: str) -> None:
    username = unique_name("user")

    async def main() -> None:
        root = await connect(iggy_address)
        created = await root.create_user(username, "secret", permissions=SOME_PERMISSIONS)
        assert created.permissions == SOME_PERMISSIONS
        other = Permissions(GlobalPermissions(manage_servers=True))
        for permissions in (other, None):
            await root.update_permissions(username, permissions)
            user = await root.get_user(username)
            assert user is not None
            assert user.permissions == permissions
        await root.delete_user(username)

    run(main)


def test_a_user_is_renamed(iggy_address: str) -> None:
    username, new_name = unique_name("user"), unique_name("user")

    async def main() -> None:
        root = await connect(iggy_address)
        await root.create_user(username, "secret")
        await root.update_user(username, username=new_name)
        assert await root.get_user(username) is None
        await connect(iggy_address, login=AutoLogin.username_password(new_name, "secret"))
        with pytest.raises(RuntimeError, match="already exists"):
            await root.update_user(new_name, username="iggy")
        await root.delete_user(new_name)

    run(main)


def test_a_password_is_changed_by_who_knows_the_old_one(iggy_address: str) -> None:
    username = unique_name("user")

    async def main() -> None:
        root = await connect(iggy_address)
        await root.create_user(username, "secret")
        with pytest.raises(RuntimeError, match="Invalid credentials"):
            await root.change_password(username, "guess", "stolen")
        await connect(iggy_address, login=AutoLogin.username_password(username, "secret"))
        await root.change_password(username, "secret", "changed")
        with pytest.raises(RuntimeError, match="Invalid credentials"):
            await connect(iggy_address, login=AutoLogin.username_password(username, "secret"))
        await connect(iggy_address, login=AutoLogin.username_password(username, "changed"))
        await root.delete_user(username)

    run(main)


def test_root_cannot_be_deleted(iggy_address: str) -> None:
    async def main() -> None:
        root = await connect(iggy_address)
        with pytest.raises(RuntimeError, match="Cannot delete user"):
            await root.delete_user("iggy")

    run(main)
