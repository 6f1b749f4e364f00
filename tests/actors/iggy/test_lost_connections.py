"""What a session says when the server is gone, frozen or stopped: real processes and signals."""

import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from apache_iggy import SendMessage

from actors.iggy.iggy_error import (
    ConnectionLostError,
    IggyError,
    IggyTimeoutError,
    LoginRefusedError,
)
from actors.iggy.iggy_loop import IggyLoop
from actors.iggy.open_session import open_session
from actors.iggy.session import Session
from tests.actors.iggy.answers import DEADLINE_S, Answers, answer_of
from tests.actors.iggy.connecting import (
    iggy_config,
    joined_session,
    new_group_topic,
    root_session,
)
from tests.support.broker import BrokerProcess

pytestmark = pytest.mark.broker_only

T = TypeVar("T")

FROZEN_TIMEOUT_S = 0.3


@pytest.fixture
def frozen(broker: BrokerProcess) -> Iterator[Callable[[], None]]:
    """Return what freezes the broker; it is thawed after the test."""
    yield lambda: broker.signal(signal.SIGSTOP)
    if broker.is_running:
        broker.signal(signal.SIGCONT)


def sure(answer: T | IggyError) -> T:
    assert not isinstance(answer, IggyError), answer
    return answer


def opened(loop: IggyLoop, broker: BrokerProcess) -> Session:
    return sure(answer_of(loop, partial(root_session, broker.address)))


def test_a_killed_broker_is_a_lost_connection(loop: IggyLoop, broker: BrokerProcess) -> None:
    session = opened(loop, broker)
    broker.kill()
    answer = answer_of(loop, session.ping)
    assert type(answer) is ConnectionLostError
    assert "ping" in str(answer)


def test_a_session_stays_lost_when_the_broker_is_back(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    session = opened(loop, broker)
    broker.restart()
    assert isinstance(answer_of(loop, session.ping), ConnectionLostError)
    assert isinstance(answer_of(loop, session.ping), ConnectionLostError)
    assert answer_of(loop, opened(loop, broker).ping) is None


def test_every_call_to_a_killed_broker_is_a_lost_connection(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    where = new_group_topic()
    session = sure(answer_of(loop, partial(joined_session, broker.address, where)))
    broker.kill()
    answers = (
        answer_of(loop, partial(session.poll, where, 0, 0, 10)),
        answer_of(loop, partial(session.sync, where)),
        answer_of(loop, partial(session.store_offset, where, 0, 0)),
        answer_of(loop, partial(session.send, where.stream, where.topic, 0, [SendMessage("m")])),
    )
    for answer in answers:
        assert isinstance(answer, ConnectionLostError)


def test_a_frozen_broker_runs_into_the_time_limit_once(
    loop: IggyLoop, broker: BrokerProcess, frozen: Callable[[], None]
) -> None:
    session = opened(loop, broker)
    frozen()
    answers = Answers()
    loop.submit(session.ping, timeout_s=FROZEN_TIMEOUT_S, on_done=answers.take)
    answer = answers.next()
    assert type(answer) is IggyTimeoutError
    assert str(answer) == f"ping: no answer within {FROZEN_TIMEOUT_S} s"
    broker.signal(signal.SIGCONT)
    session.close()
    assert answer_of(loop, opened(loop, broker).ping) is None
    assert answers.count() == 0


def test_a_login_to_a_frozen_broker_names_the_address(
    loop: IggyLoop, broker: BrokerProcess, frozen: Callable[[], None]
) -> None:
    frozen()
    answer = answer_of(loop, partial(root_session, broker.address), timeout_s=FROZEN_TIMEOUT_S)
    assert type(answer) is IggyTimeoutError
    assert broker.address in str(answer)


def test_a_frozen_broker_does_not_hold_up_other_brokers(
    loop: IggyLoop, broker: BrokerProcess, frozen: Callable[[], None], iggy_address: str
) -> None:
    session = opened(loop, broker)
    frozen()
    stuck = Answers()
    loop.submit(session.ping, timeout_s=DEADLINE_S, on_done=stuck.take)
    other = sure(answer_of(loop, partial(root_session, iggy_address)))
    assert answer_of(loop, other.ping) is None
    assert stuck.count() == 0
    broker.signal(signal.SIGCONT)
    assert stuck.next() is None


def test_a_closed_session_leaves_no_connection(loop: IggyLoop, broker: BrokerProcess) -> None:
    session = opened(loop, broker)
    session.close()
    session.close()
    answer = answer_of(loop, session.ping)
    assert type(answer) is ConnectionLostError
    assert_nobody_is_connected(broker)


def test_a_cut_off_call_leaves_no_connection_once_it_is_answered(
    loop: IggyLoop, broker: BrokerProcess, frozen: Callable[[], None]
) -> None:
    session = opened(loop, broker)
    frozen()
    assert isinstance(answer_of(loop, session.ping, timeout_s=FROZEN_TIMEOUT_S), IggyTimeoutError)
    session.close()
    broker.signal(signal.SIGCONT)
    assert_nobody_is_connected(broker)


def test_a_refused_login_leaves_no_connection(loop: IggyLoop, broker: BrokerProcess) -> None:
    wrong = iggy_config(broker.address, password="wrong")
    answer = answer_of(loop, partial(open_session, wrong))
    assert isinstance(answer, LoginRefusedError)
    assert_nobody_is_connected(broker)
    assert isinstance(answer, LoginRefusedError)


def assert_nobody_is_connected(broker: BrokerProcess) -> None:
    """A broker that stops waits 4.8 s for its connections to close."""
    started_s = time.monotonic()
    assert broker.terminate() == 0
    assert time.monotonic() - started_s < 3
