"""Keeps passwords as salted scrypt hashes, modest enough not to hold up the event loop."""

import hashlib
import hmac
import os

_SALT_BYTES = 16
_COST, _BLOCK = 2**11, 8


def hashed(password: bytes) -> bytes:
    """Return a salt and the hash behind it."""
    salt = os.urandom(_SALT_BYTES)
    return salt + _scrypt(password, salt)


def matches(password: bytes, stored: bytes) -> bool:
    """Tell whether `stored` was made from this password."""
    return hmac.compare_digest(_scrypt(password, stored[:_SALT_BYTES]), stored[_SALT_BYTES:])


def _scrypt(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=_COST, r=_BLOCK, p=1, dklen=32)
