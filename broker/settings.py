"""What can be set: by environment in the field, by constructor in tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from broker.errors import InvalidSettingError

MAX_HOLD_MS: Final = 500

T = TypeVar("T")

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate chain and its key, both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """How one broker runs. `port` 0 takes any free one.

    `hold_s` is how long an empty poll is held back at most. `crashes_like_the_server` makes a
    restart after SIGKILL as awkward as the real server's. A group member that is silent for
    `member_silence_s` is put out, a frame or reply left unfinished for `unfinished_frame_s` ends
    its connection. All connections together keep `memory_bytes` of frames and replies.
    """

    host: str = "127.0.0.1"
    port: int = 8090
    data_directory: Path = Path("local_data")
    root_username: str = "iggy"
    root_password: str = field(default="iggy", repr=False)
    tls: TlsFiles | None = None
    rebalancing_timeout_s: float = 30.0
    hold_s: float = 0.02
    crashes_like_the_server: bool = False
    member_silence_s: float = 36.0
    unfinished_frame_s: float = 30.0
    stop_after_s: float = 4.8
    memory_bytes: int = 256 * 1024 * 1024

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "BrokerSettings":
        """Read the variables; an empty one counts as not set. Raises InvalidSettingError."""
        settings = _Variables(environ)
        host, port = settings.get("IGGY_TCP_ADDRESS", "127.0.0.1:8090", _address, "host:port")
        return cls(
            host=host,
            port=port,
            data_directory=Path(environ.get("IGGY_SYSTEM_PATH") or "local_data"),
            root_username=settings.get(
                "IGGY_ROOT_USERNAME", "iggy", _sized(3, 50), "3 to 50 bytes"
            ),
            root_password=settings.get(
                "IGGY_ROOT_PASSWORD", "iggy", _sized(3, 100), "3 to 100 bytes", secret=True
            ),
            tls=_tls(settings),
            rebalancing_timeout_s=settings.get(
                "IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT", "30s", _duration_s,
                "a duration such as 30s or 500ms",
            ),
            hold_s=settings.get(
                "IGGY_BROKER_HOLD_MS", "20", _hold_s, f"milliseconds from 0 to {MAX_HOLD_MS}"
            ),
            crashes_like_the_server=settings.get(
                "IGGY_BROKER_CRASH", "", {"": False, "server": True}.__getitem__, "server"
            ),
        )  # fmt: skip


class _Variables:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def get(
        self,
        name: str,
        default: str,
        parse: Callable[[str], T],
        allowed: str,
        *,
        secret: bool = False,
    ) -> T:
        text = self._environ.get(name) or default
        try:
            return parse(text)
        except (ValueError, KeyError):
            raise InvalidSettingError(name, "***" if secret else text, allowed) from None


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(text)
    return host, int(port)


def _sized(least: int, most: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not least <= len(text.encode()) <= most:
            raise ValueError(text)
        return text

    return parse


def _duration_s(text: str) -> float:
    number = text.rstrip("hms")
    duration = float(number) * _UNITS_S[text[len(number) :].strip()]
    if not 0 <= duration < float("inf"):
        raise ValueError(text)
    return duration


def _hold_s(text: str) -> float:
    milliseconds = float(text)
    if not 0 <= milliseconds <= MAX_HOLD_MS:
        raise ValueError(text)
    return milliseconds / 1000


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ValueError(text)
    return path


def _tls(settings: _Variables) -> TlsFiles | None:
    if not settings.get("IGGY_TCP_TLS_ENABLED", "false", _flag, "true or false"):
        return None
    return TlsFiles(
        settings.get("IGGY_TCP_TLS_CERT_FILE", "", _file, "a PEM file that can be read"),
        settings.get("IGGY_TCP_TLS_KEY_FILE", "", _file, "a PEM file that can be read"),
    )


def _flag(text: str) -> bool:
    return _FLAGS[text.lower()]
