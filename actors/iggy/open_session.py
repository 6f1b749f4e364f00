"""Connects to Iggy and logs in. Runs in the Iggy loop's thread."""

from datetime import timedelta
from typing import Final

from apache_iggy import AutoLogin, Durability, IggyClient, TcpConfig, TcpReconnectionConfig

from actors.iggy.doing import doing
from actors.iggy.session import Session
from config.model import IggyConfig, TopicDurability

# The actors ask for signs of life themselves; a heartbeat of the SDK would keep a group's member
# alive whose actor is stuck.
_HEARTBEAT: Final = timedelta(days=1)

_DURABILITY: Final = {
    TopicDurability.PERSISTED: Durability.PERSISTED,
    TopicDurability.REPLICATED: Durability.REPLICATED,
}


async def open_session(iggy: IggyConfig) -> Session:
    """Return a session, logged in by token or else by password.

    Raises ConnectionLostError where nobody answers, or not the way we speak: TLS on one side only,
    a certificate that does not fit, and a user who is inactive look like that too. Raises
    LoginRefusedError, VersionRefusedError, and IggyCallError for what else is wrong, such as a
    `ca_file` that is missing.
    """
    with doing(f"connection to {iggy.address} {_login_words(iggy)}, {_tls_words(iggy)}"):
        client = IggyClient(
            TcpConfig(
                server_address=iggy.address,
                auto_login=_login(iggy),
                reconnection=TcpReconnectionConfig(enabled=False),
                heartbeat_interval=_HEARTBEAT,
                tls_enabled=iggy.tls.enabled,
                tls_domain=_tls_domain(iggy),
                tls_ca_file=iggy.tls.ca_file or None,
                nodelay=True,
            )
        )
        await client.connect()
    return Session(client, topic_durability=_DURABILITY[iggy.topic_durability])


def _login(iggy: IggyConfig) -> AutoLogin:
    if iggy.token:
        return AutoLogin.personal_access_token(iggy.token.reveal())
    return AutoLogin.username_password(iggy.username, iggy.password.reveal())


def _login_words(iggy: IggyConfig) -> str:
    return "with a token" if iggy.token else f"as {iggy.username}"


def _tls_domain(iggy: IggyConfig) -> str:
    host = iggy.address.rpartition(":")[0]
    return iggy.tls.domain or host.removeprefix("[").removesuffix("]")


def _tls_words(iggy: IggyConfig) -> str:
    if not iggy.tls.enabled:
        return "without TLS"
    return f"over TLS (CA file {iggy.tls.ca_file}, domain {_tls_domain(iggy)})"
