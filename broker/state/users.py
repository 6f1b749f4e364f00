"""Users and their access tokens, in memory and in the database."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from broker.state import passwords
from broker.state.registry import Registry
from broker.storage.database import Database
from broker.wire.status import EvictedError, EvictionReason, RefusedError, Status

ROOT_ID = 0
MAX_TOKENS = 100

# A key of this process, so that remembered passwords mean nothing outside it.
_PROCESS_KEY = os.urandom(32)


@dataclass(frozen=True, slots=True)
class Token:
    """A personal access token; only its digest is kept. `expires_at` is in µs, 0 for never."""

    name: str
    digest: bytes
    expires_at: int


@dataclass(slots=True, eq=False)
class User:
    """Who may log in. Permissions are kept as they came and not enforced."""

    id: int
    name: str
    created_at: int
    is_active: bool
    password: bytes
    permissions: bytes | None = None
    tokens: dict[str, Token] = field(default_factory=dict)
    remembered: bytes = b""

    def has_password(self, password: bytes) -> bool:
        """Check a password; one that was right before is checked without the slow hash."""
        quick = hashlib.blake2b(password, key=_PROCESS_KEY).digest()
        if self.remembered and hmac.compare_digest(quick, self.remembered):
            return True
        if not passwords.matches(password, self.password):
            return False
        self.remembered = quick
        return True


class Users:
    """Finds, changes and admits users."""

    def __init__(self, database: Database) -> None:
        self.all: Registry[User] = Registry()
        self._database = database

    def load(self) -> None:
        """Read everyone from the database."""
        for row in self._database.rows(
            "SELECT id, name, created_at, is_active, password, permissions FROM users"
        ):
            user_id, name, created_at, is_active, password, permissions = row
            self.all.add(User(user_id, name, created_at, bool(is_active), password, permissions))
        for user_id, name, digest, expires_at in self._database.rows(
            "SELECT user_id, name, digest, expires_at FROM tokens"
        ):
            self.user(user_id).tokens[name] = Token(name, digest, expires_at)

    def user(self, identifier: int | str) -> User:
        """Return a user; refuses one that is not there."""
        user = self.all.find(identifier)
        if user is None:
            raise RefusedError(Status.RESOURCE_NOT_FOUND)
        return user

    def log_in(self, name: str, password: bytes) -> User:
        """Return the user these credentials belong to."""
        user = self.all.find(name)
        if user is None or not user.has_password(password):
            raise EvictedError(EvictionReason.INVALID_CREDENTIALS)
        return _active(user)

    def log_in_with_token(self, token: bytes, now_us: int) -> User:
        """Return the user this token belongs to."""
        digest = hashlib.sha256(token).digest()
        for user in self.all:
            for held in user.tokens.values():
                if hmac.compare_digest(held.digest, digest):
                    if held.expires_at and held.expires_at <= now_us:
                        raise EvictedError(EvictionReason.INVALID_TOKEN)
                    return _active(user)
        raise EvictedError(EvictionReason.INVALID_TOKEN)

    def create(
        self,
        name: str,
        password: bytes,
        now_us: int,
        *,
        is_active: bool = True,
        permissions: bytes | None = None,
    ) -> User:
        """Add a user under a name that is free."""
        if self.all.find(name):
            raise RefusedError(Status.USER_EXISTS)
        user = User(
            self.all.free_id(), name, now_us, is_active, passwords.hashed(password), permissions
        )
        self._database.run(
            "INSERT INTO users (id, name, created_at, is_active, password, permissions)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (user.id, name, now_us, is_active, user.password, permissions),
        )
        self.all.add(user)
        return user

    def update(self, user: User, *, name: str | None, is_active: bool | None) -> None:
        """Change what is not None."""
        if name is not None and self.all.find(name) not in {None, user}:
            raise RefusedError(Status.USER_EXISTS)
        new_name = user.name if name is None else name
        active = user.is_active if is_active is None else is_active
        self._database.run(
            "UPDATE users SET name = ?, is_active = ? WHERE id = ?", (new_name, active, user.id)
        )
        self.all.rename(user, new_name)
        user.is_active = active

    def set_permissions(self, user: User, permissions: bytes | None) -> None:
        """Replace the permissions."""
        self._database.run("UPDATE users SET permissions = ? WHERE id = ?", (permissions, user.id))
        user.permissions = permissions

    def set_password(self, user: User, password: bytes) -> None:
        """Replace the password."""
        new = passwords.hashed(password)
        self._database.run("UPDATE users SET password = ? WHERE id = ?", (new, user.id))
        user.password, user.remembered = new, b""

    def delete(self, user: User) -> None:
        """Remove a user with all tokens; root stays."""
        if user.id == ROOT_ID:
            raise RefusedError(Status.CANNOT_DELETE_USER)
        self._database.run("DELETE FROM users WHERE id = ?", (user.id,))
        self.all.remove(user)

    def create_token(self, user: User, name: str, expires_at: int) -> str:
        """Add a token under a name that is free and return it, for the only time."""
        if name in user.tokens:
            raise RefusedError(Status.TOKEN_EXISTS)
        if len(user.tokens) >= MAX_TOKENS:
            raise RefusedError(Status.TOO_MANY_TOKENS)
        raw = os.urandom(32).hex()
        token = Token(name, hashlib.sha256(raw.encode()).digest(), expires_at)
        self._database.run(
            "INSERT INTO tokens (user_id, name, digest, expires_at) VALUES (?, ?, ?, ?)",
            (user.id, name, token.digest, expires_at),
        )
        user.tokens[name] = token
        return raw

    def delete_token(self, user: User, name: str) -> None:
        """Remove a token."""
        if name not in user.tokens:
            raise RefusedError(Status.RESOURCE_NOT_FOUND)
        self._database.run("DELETE FROM tokens WHERE user_id = ? AND name = ?", (user.id, name))
        del user.tokens[name]


def _active(user: User) -> User:
    if not user.is_active:
        raise EvictedError(EvictionReason.USER_INACTIVE)
    return user
