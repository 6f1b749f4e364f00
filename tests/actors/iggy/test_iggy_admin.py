"""How the runtime's own connection tells how it stands with Iggy."""

import pytest

from actors.core import ChildDied, Ref, tell
from actors.iggy.iggy_admin import IggyAdmin
from actors.iggy.iggy_error import ConnectionLostError, LoginRefusedError, VersionRefusedError
from actors.iggy.iggy_loop import IggyLoop
from actors.lifecycle import Finish, IggyStatusChanged
from actors.queries import IggyStatus
from actors.services import Services
from config.model import IggyConfig
from tests.actors.iggy.connecting import iggy_config
from tests.actors.iggy.refusing_server import RefusingServer
from tests.support.broker import BrokerProcess
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LONGEST_PAUSE_S = 2.0
INCOMPATIBLE_PROTOCOL = 14
PROTOCOL_0_12 = 12 << 10


class Admin:
    """A running IggyAdmin with a probe as its parent."""

    def __init__(self, loop: IggyLoop, iggy: IggyConfig) -> None:
        self.timer = ManualTimer()
        self.parent = Probe()
        self.ref: Ref = IggyAdmin.start(
            self.parent.lineage("admin"),
            services=Services(timer=self.timer, iggy_loop=loop),
            iggy=iggy,
        )

    def tells(self, status: IggyStatus) -> IggyStatusChanged:
        """Wait for the next change, which must be to that status."""
        changed = self.parent.expect(IggyStatusChanged)
        assert changed.status is status
        return changed

    def advance(self, seconds: float) -> None:
        """Move the clock when the admin has nothing else to do, and wait until that is so again."""
        self.timer.wait_for_scheduled(object)
        self.timer.advance(seconds)
        self.timer.wait_for_scheduled(object)

    def ends(self) -> None:
        """Have it finish; it told nothing more before."""
        tell(self.ref, Finish())
        self.parent.expect_none(IggyStatusChanged, before=ChildDied)


def test_a_connection_is_told_once(loop: IggyLoop, iggy_address: str) -> None:
    admin = Admin(loop, iggy_config(iggy_address))
    assert admin.tells(IggyStatus.CONNECTED).error is None
    for _ in range(3):
        admin.advance(1)
    admin.ends()


def test_nobody_there_is_told_once_with_the_address(loop: IggyLoop, dead_address: str) -> None:
    admin = Admin(loop, iggy_config(dead_address))
    changed = admin.tells(IggyStatus.CONNECTING)
    assert isinstance(changed.error, ConnectionLostError)
    assert dead_address in str(changed.error)
    for _ in range(3):
        admin.advance(LONGEST_PAUSE_S)
    admin.ends()


def test_a_refused_login_is_told_without_the_password(loop: IggyLoop, iggy_address: str) -> None:
    admin = Admin(loop, iggy_config(iggy_address, password="not-the-password"))
    changed = admin.tells(IggyStatus.REFUSED)
    assert isinstance(changed.error, LoginRefusedError)
    assert "not-the-password" not in str(changed.error)


def test_a_server_of_another_version_refuses(loop: IggyLoop) -> None:
    with RefusingServer(reason=INCOMPATIBLE_PROTOCOL, accepted_version=PROTOCOL_0_12) as server:
        admin = Admin(loop, iggy_config(server.address))
        assert isinstance(admin.tells(IggyStatus.REFUSED).error, VersionRefusedError)


@pytest.mark.broker_only
def test_a_broker_that_goes_and_comes_back_is_told(loop: IggyLoop, broker: BrokerProcess) -> None:
    admin = Admin(loop, iggy_config(broker.address))
    admin.tells(IggyStatus.CONNECTED)
    broker.kill()
    admin.advance(1)
    assert isinstance(admin.tells(IggyStatus.CONNECTING).error, ConnectionLostError)
    admin.advance(LONGEST_PAUSE_S)
    broker.restart()
    admin.advance(LONGEST_PAUSE_S)
    admin.tells(IggyStatus.CONNECTED)
    admin.ends()


def test_it_ends_while_it_connects(loop: IggyLoop, dead_address: str) -> None:
    admin = Admin(loop, iggy_config(dead_address))
    tell(admin.ref, Finish())
    assert admin.parent.expect(ChildDied).error is None
