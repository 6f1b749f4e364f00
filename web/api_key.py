"""Who may ask what: the rule of the `api-key` header."""

from config.secret import Secret

_OPEN_PATHS = frozenset({"/", "/health"})


def is_allowed(path: str, given: str | None, api_key: Secret) -> bool:
    """Tell whether a request for `path` may be served; an empty key leaves everything open."""
    if not api_key or path in _OPEN_PATHS:
        return True
    return given is not None and given.isascii() and api_key.matches(given)
