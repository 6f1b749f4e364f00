"""One connection: bytes in, replies out in the same order. Runs on the event loop."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from broker.budget import Budget
from broker.call import Buffer
from broker.core import Core, Reply
from broker.intake import Frame, Intake
from broker.state.topic import Topic
from broker.wire.header import MAX_FRAME_BYTES, NotAFrameError
from broker.wire.legacy import INVALID_VERSION

logger = logging.getLogger(__name__)

RECEIVE_BYTES = 1024 * 1024
MAX_BEFORE_LOGIN_BYTES = 64 * 1024

_JOINED_BYTES = 64 * 1024
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Shared(NamedTuple):
    """What all connections of a server have in common."""

    core: Core
    loop: asyncio.AbstractEventLoop
    budget: Budget
    receive_buffer: memoryview
    open: "set[Connection]"
    on_close: Callable[[], None]


class _Held(NamedTuple):
    """A poll that found nothing and will be asked again."""

    frame: bytes
    topic: Topic
    timer: asyncio.TimerHandle


class Connection(asyncio.BufferedProtocol):
    """Answers one frame after the other; while a reply is due or unread, it takes no more."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._intake = Intake(shared.receive_buffer, shared.budget)
        self._held: _Held | None = None
        self._is_unread = False
        self._unread_bytes = 0
        self._is_reading = True
        self._is_closing = False
        self._stuck_since_s: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session that is not logged in."""
        self._transport = cast("asyncio.Transport", transport)
        self._socket: socket.socket = transport.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = transport.get_extra_info("peername") or ("unknown", 0)
        self._session = self._shared.core.world.sessions.open(
            f"{peer[0]}:{peer[1]}", self._shared.loop.time()
        )
        self._shared.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Leave nothing behind: memory, groups, held polls."""
        self._is_closing = True
        self._stop_holding()
        self._intake.close()
        self._shared.budget.give_back(self._unread_bytes)
        self._shared.core.world.sessions.close(self._session)
        self._shared.open.discard(self)
        self._shared.on_close()

    def close(self) -> None:
        """End the connection without waiting for anything."""
        self._is_closing = True
        self._transport.abort()

    def check(self, now_s: float, *, stuck_s: float, silent_s: float) -> None:
        """Close what has been stuck for too long; let silent members' groups go on."""
        silence_s = now_s - self._session.heard_s
        if self._stuck_since_s is not None and now_s - self._stuck_since_s > stuck_s:
            self._give_up("a frame or a reply was left unfinished")
        elif self._session.user is None and silence_s > stuck_s:
            self._give_up("neither logged in nor said anything")
        elif self._session.joined and silence_s > silent_s:
            self._shared.core.world.sessions.evict(self._session)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Say where the next bytes go."""
        return self._intake.buffer()[: self._limit_bytes]

    def buffer_updated(self, nbytes: int) -> None:
        """Go on with so many new bytes."""
        self._session.heard_s = self._shared.loop.time()
        self._intake.received(nbytes)
        self._go_on()

    def pause_writing(self) -> None:
        """Learn that the client does not read its reply."""
        self._is_unread = True
        self._stuck_since_s = self._shared.loop.time()

    def resume_writing(self) -> None:
        """Learn that the client has read on."""
        self._is_unread = False
        self._shared.budget.give_back(self._unread_bytes)
        self._unread_bytes = 0
        self._stuck_since_s = None
        self._unblock()

    @property
    def _is_blocked(self) -> bool:
        return self._held is not None or self._is_unread or self._is_closing

    @property
    def _limit_bytes(self) -> int:
        return MAX_BEFORE_LOGIN_BYTES if self._session.user is None else MAX_FRAME_BYTES

    def _go_on(self) -> None:
        """Answer the frames that are whole, as long as the one before is answered."""
        try:
            while not self._is_blocked:
                frame = self._intake.next(self._limit_bytes)
                if frame is None:
                    break
                self._stuck_since_s = None
                self._answer(frame)
            if self._is_closing:
                return
            self._intake.keep()
        except NotAFrameError as error:
            self._give_up(f"not an Iggy client: {error}")
            return
        if self._is_blocked:
            self._pause_if_ahead()
        elif self._intake.is_in_a_frame:
            self._expect_more()

    def _answer(self, frame: Frame) -> None:
        core = self._shared.core
        if self._intake.is_legacy:
            reply = Reply((INVALID_VERSION,))
        elif not frame.is_whole:
            reply = core.postpone(frame.data)
        else:
            reply = core.answer(self._session, frame.data)
            if reply.waits_for is not None and core.world.settings.hold_s:
                self._hold(bytes(frame.data), reply.waits_for)
                return
        self._send(reply.parts)

    def _send(self, parts: Sequence[Buffer]) -> None:
        """Write a reply: a small one in one packet, a large one without copying it together."""
        if sum(map(len, parts)) <= _JOINED_BYTES:
            self._transport.write(b"".join(parts))
            return
        for part in parts:
            self._transport.write(part)
        if self._is_unread:
            self._account_for_unread()

    def _account_for_unread(self) -> None:
        unread_bytes = self._transport.get_write_buffer_size()
        if self._shared.budget.take(unread_bytes):
            self._unread_bytes = unread_bytes
        else:
            self._give_up("left its reply unread, and the memory for replies is used up")

    def _hold(self, frame: bytes, topic: Topic) -> None:
        hold_s = self._shared.core.world.settings.hold_s
        self._held = _Held(frame, topic, self._shared.loop.call_later(hold_s, self._release))
        topic.waiting.add(self._wake)

    def _wake(self) -> None:
        self._shared.loop.call_soon(self._release)

    def _release(self) -> None:
        """Answer a held poll, whatever there is by now."""
        held = self._held
        if held is None:
            return
        self._stop_holding()
        reply = self._shared.core.answer(self._session, memoryview(held.frame))
        self._send(reply.parts)
        self._unblock()

    def _stop_holding(self) -> None:
        if self._held is not None:
            self._held.timer.cancel()
            self._held.topic.waiting.discard(self._wake)
            self._held = None

    def _unblock(self) -> None:
        if self._is_blocked:
            return
        if self._intake.has_kept:
            self._intake.resume()
            self._go_on()
        if not self._is_reading and not self._is_blocked:
            self._is_reading = True
            self._transport.resume_reading()

    def _pause_if_ahead(self) -> None:
        if self._intake.has_kept and self._is_reading and not self._is_closing:
            self._is_reading = False
            self._transport.pause_reading()

    def _expect_more(self) -> None:
        """Ask for the rest of a frame at once: the kernel would wait 40 ms before it does."""
        if self._stuck_since_s is None:
            self._stuck_since_s = self._shared.loop.time()
        if _QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _give_up(self, reason: str) -> None:
        logger.warning("Closed %s: %s", self._session.address, reason)
        self.close()
