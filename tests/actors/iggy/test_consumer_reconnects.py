"""A consumer whose server goes away and comes back: only what that has stored counts."""

from actors.core import ChildDied, tell
from actors.iggy.iggy_error import ConnectionLostError
from actors.iggy.iggy_loop import IggyLoop
from actors.lifecycle import Finish
from actors.reports import Troubled
from tests.actors.iggy.reader import BATCH, Reader, offsets
from tests.actors.iggy.topic import new_topic
from tests.support.eventually import eventually
from tests.support.killable_server import KillableServer


def test_it_goes_on_from_the_stored_offset_and_not_from_memory(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address, messages=20)
    reader = Reader(loop, killable_server.address, topic.where, demand=1)
    first = reader.fetch()
    reader.confirm(first, batches=10)
    assert eventually(topic.stored) == BATCH - 1
    reader.demand()
    second = reader.fetch()
    assert offsets(second)[0] == BATCH
    killable_server.terminate()
    killable_server.restart()
    ended = reader.is_lost()
    assert ended.tenures == {second.tenure}
    assert ended.consumer == reader.ref
    reader.demand()
    reader.reconnects()
    again = reader.fetch()
    assert offsets(again) == offsets(second)
    assert again.tenure not in ended.tenures


def test_a_confirmation_of_an_old_tenure_is_never_stored(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address, messages=20)
    reader = Reader(loop, killable_server.address, topic.where, demand=1)
    old = reader.fetch()
    killable_server.terminate()
    killable_server.restart()
    reader.is_lost()
    reader.confirm(old, batches=10)
    reader.demand()
    reader.reconnects()
    reader.fetch()
    reader.confirm(old, batches=10)
    reader.advance(1)
    reader.finish()
    assert topic.stored() is None


def test_a_loss_is_told_with_the_address_and_when_it_tries_again(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address)
    reader = Reader(loop, killable_server.address, topic.where)
    reader.works()
    reader.settled()
    killable_server.kill()
    reader.timer.advance(1)
    first = reader.parent.expect(Troubled)
    assert isinstance(first.error, ConnectionLostError)
    for longest_s in (0.4, 0.8, 1.6, 2, 2):
        reader.timer.advance(2)
        troubled = reader.parent.expect(Troubled)
        assert killable_server.address in str(troubled.error)
        assert longest_s * 0.79 < troubled.retry_in_s <= longest_s
    killable_server.restart()
    reader.reconnects()


def test_it_ends_at_once_while_the_broker_is_gone(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address, messages=20)
    reader = Reader(loop, killable_server.address, topic.where, demand=1)
    fetch = reader.fetch()
    killable_server.kill()
    reader.confirm(fetch)
    tell(reader.ref, Finish())
    assert reader.parent.expect(ChildDied).error is None
