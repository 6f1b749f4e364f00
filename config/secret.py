"""A string that does not show itself: passwords, tokens, API keys."""

import hmac


class Secret:
    """Wraps a secret so that logs, reprs and error messages print a mask of fixed length."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself; call it only where it leaves for its destination."""
        return self._value

    def matches(self, candidate: str) -> bool:
        """Tell whether `candidate` is the secret, in time that does not depend on how much fits."""
        return hmac.compare_digest(self._value.encode(), candidate.encode())

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('******')"

    __str__ = __repr__
