"""The Iggy SDK in tests: clients that give up instead of waiting, names nobody else has."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from apache_iggy import AutoLogin, IggyClient, TcpConfig, TcpReconnectionConfig

T = TypeVar("T")

DEADLINE_S = 30.0


def run(main: Callable[[], Awaitable[T]], *, deadline_s: float = DEADLINE_S) -> T:
    """Run an async function with SDK calls in it on a loop of its own, for so long at most."""

    async def bounded() -> T:
        async with asyncio.timeout(deadline_s):
            return await main()

    return asyncio.run(bounded())


async def connect(
    address: str, *, login: AutoLogin | None = None, heartbeat_s: float = 5.0
) -> IggyClient:
    """Return a connected client, logged in as root unless told otherwise, that never reconnects."""
    client = IggyClient(
        TcpConfig(
            server_address=address,
            auto_login=login or AutoLogin.username_password("iggy", "iggy"),
            reconnection=TcpReconnectionConfig(enabled=False),
            heartbeat_interval=timedelta(seconds=heartbeat_s),
            nodelay=True,
        )
    )
    await client.connect()
    return client


def unique_name(prefix: str) -> str:
    """Return a name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"
