import threading
from dataclasses import dataclass
from typing import Any

import pykka
import pytest
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.core import Control, Interrupt, MailboxFullError, ReplyFuture
from actors.core.mailbox import Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent(Control):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Interrupt):
    pass


def put(mailbox: Mailbox, message: object, reply_to: ReplyFuture[Any] | None = None) -> None:
    mailbox.put(Envelope(message, reply_to=reply_to))


def take_all(mailbox: Mailbox) -> list[object]:
    taken = []
    while not mailbox.empty():
        taken.append(mailbox.get().message)
    return taken


def test_each_lane_keeps_its_order_and_control_comes_first() -> None:
    mailbox = Mailbox(10)
    for message in (Step(number=1), Urgent(number=1), Step(number=2), Urgent(number=2)):
        put(mailbox, message)
    assert take_all(mailbox) == [
        Urgent(number=1),
        Urgent(number=2),
        Step(number=1),
        Step(number=2),
    ]


def test_one_message_too_many_raises_at_the_sender_and_changes_nothing() -> None:
    mailbox = Mailbox(2)
    put(mailbox, Step(number=1))
    put(mailbox, Step(number=2))
    with pytest.raises(MailboxFullError, match="2 messages wait already: Step is refused"):
        put(mailbox, Step(number=3))
    assert take_all(mailbox) == [Step(number=1), Step(number=2)]
    put(mailbox, Step(number=4))


def test_control_and_stop_messages_fit_into_a_full_mailbox() -> None:
    mailbox = Mailbox(0)
    put(mailbox, Urgent(number=1))
    put(mailbox, _ActorStop())
    assert take_all(mailbox) == [Urgent(number=1), _ActorStop()]


def test_a_refused_message_does_not_show_its_content() -> None:
    with pytest.raises(MailboxFullError) as refused:
        put(Mailbox(0), Step(number=987654))
    assert "987654" not in str(refused.value)


@pytest.mark.parametrize("message", [Cancel(), _ActorStop()])
def test_an_interrupt_is_seen_before_it_is_read(message: object) -> None:
    mailbox = Mailbox(1)
    put(mailbox, Step(number=1))
    put(mailbox, Urgent(number=1))
    assert not mailbox.interrupted.is_set()
    put(mailbox, message)
    assert mailbox.interrupted.is_set()


def test_who_reads_an_interrupt_finds_the_event_set() -> None:
    for _ in range(300):
        mailbox = Mailbox(1)
        seen: list[bool] = []

        def read(mailbox: Mailbox = mailbox, seen: list[bool] = seen) -> None:
            mailbox.get()
            seen.append(mailbox.interrupted.is_set())

        reader = threading.Thread(target=read)
        reader.start()
        put(mailbox, Cancel())
        reader.join(5)
        assert seen == [True]


def test_a_waiting_reader_gets_what_is_put_by_many_writers() -> None:
    mailbox = Mailbox(10_000)

    def write(start: int) -> None:
        for number in range(start, start + 500):
            put(mailbox, Step(number=number))

    writers = [threading.Thread(target=write, args=(start,)) for start in range(0, 2000, 500)]
    for writer in writers:
        writer.start()
    numbers = [mailbox.get().message.number for _ in range(2000)]
    for writer in writers:
        writer.join(5)
    assert sorted(numbers) == list(range(2000))
    for start in range(0, 2000, 500):
        own = [number for number in numbers if start <= number < start + 500]
        assert own == sorted(own)


def test_has_control_tells_of_the_control_lane_only() -> None:
    mailbox = Mailbox(1)
    put(mailbox, Step(number=1))
    assert not mailbox.has_control()
    put(mailbox, Urgent(number=1))
    assert mailbox.has_control()


def test_closing_fails_the_asks_that_wait_and_counts_the_rest() -> None:
    mailbox = Mailbox(10)
    asked: ReplyFuture[Any] = ReplyFuture()
    put(mailbox, Step(number=1), asked)
    put(mailbox, Step(number=2))
    put(mailbox, Urgent(number=1))
    mailbox.close()
    assert mailbox.empty()
    assert mailbox.undelivered == 2
    with pytest.raises(pykka.ActorDeadError):
        asked.get(timeout=0)


def test_a_closed_mailbox_refuses_at_once_even_beyond_its_limit() -> None:
    mailbox = Mailbox(0)
    mailbox.close()
    asked: ReplyFuture[Any] = ReplyFuture()
    put(mailbox, Step(number=1), asked)
    put(mailbox, Step(number=2))
    with pytest.raises(pykka.ActorDeadError):
        asked.get(timeout=0)
    assert mailbox.undelivered == 1
    assert mailbox.empty()


def test_a_second_stop_succeeds_and_is_no_lost_message() -> None:
    mailbox = Mailbox(0)
    waiting: ReplyFuture[Any] = ReplyFuture()
    late: ReplyFuture[Any] = ReplyFuture()
    put(mailbox, _ActorStop(), waiting)
    put(mailbox, _ActorStop())
    mailbox.close()
    put(mailbox, _ActorStop(), late)
    assert waiting.get(timeout=0) is None
    assert late.get(timeout=0) is None
    assert mailbox.undelivered == 0


def test_a_refusal_calls_back_without_the_lock() -> None:
    mailbox = Mailbox(1)
    asked: ReplyFuture[Any] = ReplyFuture()
    entered: list[bool] = []

    def put_from_another_thread() -> None:
        other = threading.Thread(target=put, args=(mailbox, Urgent(number=1)), daemon=True)
        other.start()
        other.join(5)
        entered.append(not other.is_alive())

    asked.add_done_callback(put_from_another_thread)
    put(mailbox, Step(number=1), asked)
    mailbox.close()
    assert entered == [True]
    assert mailbox.undelivered == 1
