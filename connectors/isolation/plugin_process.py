"""The runtime's end of a plugin's process: starts it, calls it, and ends it in any case.

Used in the connector's thread, which waits for each answer: for so long at most, and never for a
process that has ended.
"""

import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.isolation.channel import Channel, ChannelError
from connectors.isolation.child_output import ChildOutput
from connectors.isolation.error_frame import read_error
from connectors.isolation.errors import PluginDiedError
from connectors.isolation.process_parent import PARENT, MemoryLimit
from connectors.stopping import Stopping

_LOOK_EVERY_S = 0.1
_ENDS_WITHIN_S = 1.0
_CHILD = ("-P", "-u", "-X", "faulthandler", "-m", "connectors.isolation.child")

# Answers a question that the plugin's process has while a call is under way.
AnswerQuestion = Callable[[str], object]

_QUESTION_PARTS = 3

_incarnations = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a call may take, and how long still once it is time to end; None: no limit."""

    limit_s: float | None = None
    stopping_limit_s: float | None = None


class PluginProcess:
    """One process; when it has ended it is not started again."""

    def __init__(
        self,
        settings: Mapping[str, object],
        *,
        log: logging.Logger,
        stopping: Stopping,
        memory_limit_bytes: int | None,
    ) -> None:
        """Start it. Raises OSError or TimeoutError where that fails."""
        self._stopping = stopping
        self._incarnation = next(_incarnations)
        self._numbers = itertools.count(1)
        self._why_killed = ""
        self._is_told_to_stop = False
        self._begin("start", Patience())
        calls, child_calls = socket.socketpair()
        self._side, child_side = socket.socketpair()
        stdout, child_stdout = os.pipe()
        stderr, child_stderr = os.pipe()
        self._channel = Channel(calls, look_every_s=_LOOK_EVERY_S, pause=self._look)
        try:
            self._process = PARENT.start(
                lambda: _start(child_calls, child_side, child_stdout, child_stderr)
            )
        except BaseException:
            for descriptor in (stdout, stderr):
                os.close(descriptor)
            self._channel.close()
            self._side.close()
            raise
        finally:
            child_calls.close()
            child_side.close()
            os.close(child_stdout)
            os.close(child_stderr)
        if memory_limit_bytes is not None:
            PARENT.limit(self._process, MemoryLimit(memory_limit_bytes, self._exceeded))
        records = os.dup(self._side.fileno())
        self._output = ChildOutput(log, records=records, stdout=stdout, stderr=stderr)
        with suppress(ChannelError):  # the first call says so
            self._channel.send(settings)

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process.poll() is not None

    def call(
        self,
        name: str,
        argument: object,
        patience: Patience,
        answer_question: AnswerQuestion | None = None,
    ) -> Any:
        """Return what the plugin's method returned, after answering what it asks meanwhile.

        Raises what it raised, and PluginDiedError when there will be no answer: the process is
        gone then.
        """
        self._begin(name, patience)
        number = next(self._numbers)
        try:
            self._channel.send([self._incarnation, number, name, argument])
            answer = self._channel.receive()
            while len(answer) == _QUESTION_PARTS and answer_question is not None:
                self._channel.send(answer_question(answer[-1]))
                answer = self._channel.receive()
        except ChannelError as error:
            raise PluginDiedError(self.how_it_ended()) from error
        incarnation, its_number, result, failure = answer
        if (incarnation, its_number) != (self._incarnation, number):
            self._give_up("it answers another call than the one that was made")
        if failure is not None:
            raise read_error(failure)
        return result

    def end(self) -> None:
        """Let the process end, or kill it, and let go of everything; may be called again."""
        self._channel.close()
        with suppress(OSError):
            self._side.shutdown(socket.SHUT_WR)
        self._end_process()
        self._output.finish(_ENDS_WITHIN_S)
        self._side.close()

    def how_it_ended(self) -> str:
        """Say why the process is gone, and see to it that it is."""
        self._end_process()
        code = self._process.returncode
        if self._why_killed:
            return f"the plugin's process was killed: {self._why_killed}"
        if code is None:
            return "the plugin's process does not end, although it was killed"
        if code < 0:
            return f"the plugin's process was ended by {_signal_name(-code)} in {self._doing}"
        return f"the plugin's process ended itself with code {code} in {self._doing}"

    def _begin(self, doing: str, patience: Patience) -> None:
        self._doing, self._patience = doing, patience
        self._began_s = time.monotonic()
        self._stopping_since_s: float | None = None

    def _look(self) -> None:
        """Judge, a few times a second, whether to wait any longer for an answer."""
        if self.has_ended:
            raise PluginDiedError(self.how_it_ended())
        now_s, patience = time.monotonic(), self._patience
        if self._stopping.is_set():
            self._tell_to_stop()
            self._stopping_since_s = self._stopping_since_s or now_s
            stops_s = now_s - self._stopping_since_s
            if patience.stopping_limit_s is not None and stops_s > patience.stopping_limit_s:
                self._give_up(f"{self._doing} goes on when it is time to end")
        if patience.limit_s is not None and now_s - self._began_s > patience.limit_s:
            self._give_up(f"{self._doing} takes longer than {patience.limit_s:g} s")

    def _tell_to_stop(self) -> None:
        if not self._is_told_to_stop:
            self._is_told_to_stop = True
            with suppress(OSError):
                self._side.send(b"\0")

    def _give_up(self, why: str) -> None:
        self._kill(why)
        raise PluginDiedError(self.how_it_ended())

    def _kill(self, why: str) -> None:
        self._why_killed = self._why_killed or why
        self._process.kill()

    def _exceeded(self, size_bytes: int) -> None:
        """Called in the thread of the parent."""
        self._kill(f"it has {size_bytes / 1e6:.0f} MB of memory, more than its memory_limit")

    def _end_process(self) -> None:
        for _ in ("by itself", "by force"):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDS_WITHIN_S)
                return
            self._process.kill()


def _start(
    calls: socket.socket, side: socket.socket, stdout: int, stderr: int
) -> "subprocess.Popen[bytes]":
    descriptors = calls.fileno(), side.fileno()
    python_path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109
    return subprocess.Popen(  # noqa: S603
        [sys.executable, *_CHILD, *map(str, descriptors), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=descriptors,
        env={**os.environ, "PYTHONPATH": python_path},
        # Signals from a terminal are for the runtime, which lets batches in hand be finished.
        start_new_session=True,
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
