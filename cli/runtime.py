"""The life of the runtime, from top to bottom: start, wait, stop in reverse. Main thread."""

import logging
import sys
import threading
from typing import Final

from pykka import ActorDeadError

from actors.core import AskTimeoutError, Ref, ReplyFuture, ask, ask_later
from actors.core.timer import TimerThread
from actors.iggy.iggy_loop import IggyLoop
from actors.lifecycle import AwaitEnd, EndReason, RuntimeEnd, Stopped, StopRuntime
from actors.services import Services
from actors.state_directory import StateDirectoryError, StateDirectoryLockedError
from actors.supervisor import Supervisor
from cli.configuration import Configuration
from cli.exit_code import ExitCode
from cli.heap import keep_memory
from cli.stop_signals import StopSignals
from config import ConnectError
from web.errors import AddressInUseError, AddressUnavailableError
from web.web_server import start_web_server

_log = logging.getLogger("runtime")

# The interpreter's 5 ms would make every hand-over between threads wait behind a busy plugin.
_SWITCH_INTERVAL_S: Final = 0.001
_ANSWER_LIMIT_S: Final = 1.5
_LOOP_LIMIT_S: Final = 0.5
_WAIT_S: Final = 60.0


def run_runtime(configuration: Configuration, signals: StopSignals) -> ExitCode:
    """Run the connectors until a signal asks to stop, or until they cannot go on."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    keep_memory()
    runtime = configuration.runtime
    timer, iggy_loop = TimerThread(), IggyLoop()
    timer.start()
    iggy_loop.start()
    supervisor: Ref = Supervisor.start(
        services=Services(timer=timer, iggy_loop=iggy_loop),
        runtime=runtime,
        catalog=configuration.catalog,
        start_web_server=(
            (lambda ref: start_web_server(runtime.http, ref)) if runtime.http.enabled else None
        ),
    )
    end = _wait(supervisor, signals)
    if end is not None:
        _log.error("The runtime ends: %s", _words(end))
    else:
        _log.info("Stopping, for at most %s s", runtime.stop_timeout_s)
    stopped = _stop(supervisor, runtime.stop_timeout_s)
    iggy_loop.stop(_LOOP_LIMIT_S)
    timer.stop()
    for name in stopped.unfinished:
        _log.error("%s did not finish in time; what was not confirmed comes again", name)
    if end is not None:
        return _code(end)
    if stopped.unfinished:
        return ExitCode.FORCED_END
    _log.info("Stopped")
    return ExitCode.STOPPED


def _wait(supervisor: Ref, signals: StopSignals) -> RuntimeEnd | None:
    """Wait for a signal, or for the runtime to say that it cannot go on."""
    end = ask_later(supervisor, AwaitEnd())
    has_ended = threading.Event()

    def wake_up() -> None:
        has_ended.set()
        signals.wake_up()

    end.add_done_callback(wake_up)
    while signals.wait(_WAIT_S) is None:
        if has_ended.is_set():
            return _end_of(end)
    return None


def _end_of(end: ReplyFuture[RuntimeEnd]) -> RuntimeEnd:
    try:
        return end.get(timeout=0)
    except Exception as error:  # noqa: BLE001, the supervisor itself is gone
        return RuntimeEnd(reason=EndReason.CHILD_FAILED, child="supervisor", error=error)


def _stop(supervisor: Ref, timeout_s: float) -> Stopped:
    try:
        return ask(
            supervisor,
            StopRuntime(timeout_s=timeout_s),
            timeout_s=timeout_s + _ANSWER_LIMIT_S,
        )
    except (AskTimeoutError, ActorDeadError):
        return Stopped(unfinished=("the supervisor",))


def _words(end: RuntimeEnd) -> str:
    if isinstance(end.error, ConnectError):
        return str(end.error)
    return f"{end.child} failed again and again, the last time with {end.error!r}"


def _code(end: RuntimeEnd) -> ExitCode:
    if end.reason is EndReason.LOGIN_REFUSED:
        return ExitCode.LOGIN_REFUSED
    if isinstance(end.error, AddressInUseError):
        return ExitCode.ADDRESS_IN_USE
    if isinstance(end.error, StateDirectoryLockedError):
        return ExitCode.DIRECTORY_LOCKED
    if isinstance(end.error, (AddressUnavailableError, StateDirectoryError)):
        return ExitCode.BAD_CONFIGURATION
    return ExitCode.GAVE_UP
