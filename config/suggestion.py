"""Finds the name that somebody meant when they wrote an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like `name`, in whatever case, or None."""
    by_lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), by_lowered, n=1, cutoff=0.7)
    return by_lowered[matches[0]] if matches else None
