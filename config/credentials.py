"""Checks what is needed to log in to Iggy, and reads a token that stands in a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from config.document import printable
from config.problem import Located, Problem
from config.secret import Secret

_FILE_PREFIX = "file:"


def resolve_token(token: Secret, *, cwd: Path, home: str | None) -> Secret:
    """Return the content of the file that `file:<path>` names, trimmed, or the token as it is.

    `~` and `~/…` mean `home`. Raises ValueError where the file holds no token.
    """
    text = token.reveal()
    if not text.startswith(_FILE_PREFIX):
        return token
    name = text.removeprefix(_FILE_PREFIX)
    if home and (name == "~" or name.startswith("~/")):
        name = home + name[1:]
    path = cwd / name
    try:
        content = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"the token file {printable(path)} is not UTF-8 text") from error
    except OSError as error:
        raise ValueError(
            f"the token file {printable(path)} cannot be read: {error.strerror}"
        ) from error
    if not content:
        raise ValueError(f"the token file {printable(path)} is empty")
    return Secret(content)


def login_problems(iggy: Mapping[str, Any], *, cwd: Path) -> Iterator[Located]:
    """Report what a loaded `[iggy]` table lacks; keys refused already are not in it."""
    if "token" in iggy and not iggy["token"]:
        for key in ("username", "password"):
            if key in iggy and not iggy[key]:
                problem = Problem("must not be empty where no iggy.token is set")
                yield Located(("iggy", key), problem)
    tls = iggy.get("tls", {})
    if tls.get("enabled") and "ca_file" in tls:
        path = ("iggy", "tls", "ca_file")
        if not tls["ca_file"]:
            yield Located(path, Problem("must not be empty where iggy.tls.enabled is true"))
        elif not (cwd / tls["ca_file"]).is_file():
            yield Located(path, Problem("there is no such file"))
