"""Listens, accepts, and stops: the life of the broker's process, on one event loop."""

import asyncio
import contextlib
import errno
import logging
import resource
import signal
import ssl

from broker import log
from broker.budget import Budget
from broker.connection import RECEIVE_BYTES, Connection, Shared
from broker.core import Core
from broker.errors import AddressInUseError, AddressUnavailableError, InvalidSettingError
from broker.settings import BrokerSettings, TlsFiles

logger = logging.getLogger(__name__)

_CHECK_EVERY_S = 1.0
_TLS_HANDSHAKE_S = 10.0


def serve(settings: BrokerSettings) -> None:
    """Run a broker until it is told to stop by SIGTERM or SIGINT.

    It stops accepting then, and goes on serving until all connections are closed, at most for
    `stop_after_s`; a second signal ends that at once. Must be called from the main thread. Raises
    BrokerError when it cannot start.
    """
    log.set_up()
    _allow_many_files()
    core = Core(settings)
    try:
        asyncio.run(_Server(core).run())
    finally:
        core.close()
    logger.info("Stopped; everything is on disk in %s", settings.data_directory.resolve())


class _Server:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._settings = core.world.settings
        self._connections: set[Connection] = set()
        self._stop, self._end = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        shared = Shared(
            core=self._core,
            loop=loop,
            budget=Budget(self._settings.memory_bytes),
            receive_buffer=memoryview(bytearray(RECEIVE_BYTES)),
            open=self._connections,
            on_close=self._on_close,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        listener = await self._listen(loop, shared)
        checks = asyncio.create_task(self._check_now_and_then())
        await self._stop.wait()
        checks.cancel()
        listener.close()
        await self._serve_out()

    async def _listen(self, loop: asyncio.AbstractEventLoop, shared: Shared) -> asyncio.Server:
        host, port = self._settings.host, self._settings.port
        address = f"{host}:{port}"
        tls = _tls_context(self._settings.tls) if self._settings.tls else None
        try:
            listener = await loop.create_server(
                lambda: Connection(shared),
                host,
                port,
                backlog=1024,
                ssl=tls,
                ssl_handshake_timeout=_TLS_HANDSHAKE_S if tls else None,
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise AddressInUseError(address) from None
            raise AddressUnavailableError(address, error.strerror or str(error)) from None
        name = listener.sockets[0].getsockname()
        logger.info(
            "Development broker for Apache Iggy listens on %s:%d%s, data in %s. "
            "For production run the real Apache Iggy server.",
            f"[{name[0]}]" if ":" in name[0] else name[0],
            name[1],
            " (TLS)" if tls else "",
            self._settings.data_directory.resolve(),
        )
        return listener

    async def _check_now_and_then(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_CHECK_EVERY_S)
            self._core.retain()
            for connection in list(self._connections):
                connection.check(
                    loop.time(),
                    stuck_s=self._settings.unfinished_frame_s,
                    silent_s=self._settings.member_silence_s,
                )

    async def _serve_out(self) -> None:
        """Go on for those who are still storing offsets: they were told to stop just now too."""
        logger.info("Stopping, %d connections left", len(self._connections))
        if self._connections and not self._end.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), self._settings.stop_after_s)
        for connection in list(self._connections):
            connection.close()
        await asyncio.sleep(0)

    def _on_signal(self) -> None:
        if self._stop.is_set():
            self._end.set()
        self._stop.set()

    def _on_close(self) -> None:
        if self._stop.is_set() and not self._connections:
            self._end.set()


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as error:
        raise InvalidSettingError(
            "IGGY_TCP_TLS_CERT_FILE",
            str(files.certificate),
            f"a PEM certificate that fits the key {files.key} ({error})",
        ) from None
    return context


def _allow_many_files() -> None:
    """Raise the soft limit of descriptors to the hard one: each connection takes one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
