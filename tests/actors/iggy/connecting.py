"""Configurations and sessions for tests of what speaks to Iggy."""

from pathlib import Path

from actors.iggy.group_topic import GroupTopic
from actors.iggy.open_session import open_session
from actors.iggy.session import Session
from config.model import IggyConfig, IggyTlsConfig
from config.secret import Secret
from tests.support.sdk import unique_name

TLS_FILES = Path(__file__).parents[2] / "support" / "tls"
ROOT_PASSWORD = "iggy"
NO_TLS = IggyTlsConfig(enabled=False, ca_file="", domain="")


def iggy_config(
    address: str,
    *,
    username: str = "iggy",
    password: str = ROOT_PASSWORD,
    token: str = "",
    tls: IggyTlsConfig = NO_TLS,
) -> IggyConfig:
    """Return what `[iggy]` would say; root without TLS unless told otherwise."""
    return IggyConfig(
        address=address,
        username=username,
        password=Secret(password),
        token=Secret(token),
        tls=tls,
    )


def tls_config(*, ca_file: str = "ca.pem", domain: str = "") -> IggyTlsConfig:
    """Return TLS with the CA of the tests' broker unless told otherwise."""
    return IggyTlsConfig(enabled=True, ca_file=str(TLS_FILES / ca_file), domain=domain)


async def root_session(address: str) -> Session:
    """Return a session of root's."""
    return await open_session(iggy_config(address))


async def joined_session(address: str, where: GroupTopic) -> Session:
    """Return a session of root's that is a member of the group, creating what is missing."""
    session = await root_session(address)
    await session.ensure_topic(where.stream, where.topic)
    await session.ensure_group(where)
    await session.join(where)
    return session


def new_group_topic() -> GroupTopic:
    """Name a stream, topic and group that no other test uses."""
    return GroupTopic(stream=unique_name("s"), topic=unique_name("t"), group=unique_name("g"))
