"""The one SQLite file with everything but the messages.

Every change is committed before it is answered. The write-ahead log goes to the page cache, which
outlives a killed process; `synchronous=OFF` leaves out the disk flushes that only power loss
would need, because the messages beside it are not flushed either.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from broker.errors import DataDirectoryDamagedError, DataDirectoryError

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE stops (was_clean INTEGER NOT NULL);
INSERT INTO stops VALUES (1);
CREATE TABLE streams (
    uid INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);
CREATE TABLE topics (
    uid INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_uid INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    options BLOB NOT NULL,
    next_group_id INTEGER NOT NULL DEFAULT 0,
    UNIQUE (stream_uid, id),
    UNIQUE (stream_uid, name)
);
CREATE TABLE partitions (
    log_id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_uid INTEGER NOT NULL REFERENCES topics ON DELETE CASCADE,
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (topic_uid, id)
);
CREATE TABLE safe_ends (
    log_id INTEGER PRIMARY KEY REFERENCES partitions ON DELETE CASCADE,
    end_offset INTEGER NOT NULL
);
CREATE TABLE groups (
    uid INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_uid INTEGER NOT NULL REFERENCES topics ON DELETE CASCADE,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (topic_uid, id),
    UNIQUE (topic_uid, name)
);
CREATE TABLE members (
    group_uid INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    client BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (group_uid, client)
) WITHOUT ROWID;
CREATE TABLE offsets (
    log_id INTEGER NOT NULL REFERENCES partitions ON DELETE CASCADE,
    is_group INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (log_id, is_group, consumer)
) WITHOUT ROWID;
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    password BLOB NOT NULL,
    permissions BLOB
);
CREATE TABLE tokens (
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, name)
) WITHOUT ROWID;
"""


class Database:
    """Statements against the file; one at a time, from one thread."""

    def __init__(self, path: Path) -> None:
        with _reported(path), ExitStack() as undo:
            self._connection = sqlite3.connect(path, isolation_level=None)
            undo.callback(self._connection.close)
            self._prepare(path)
            undo.pop_all()

    def _prepare(self, path: Path) -> None:
        execute = self._connection.execute
        # Nobody else opens the file (the directory is locked), so no shared memory is needed.
        execute("PRAGMA locking_mode=EXCLUSIVE")
        execute("PRAGMA journal_mode=WAL")
        execute("PRAGMA synchronous=OFF")
        execute("PRAGMA foreign_keys=ON")
        version = execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
            )
        elif version != SCHEMA_VERSION:
            raise DataDirectoryDamagedError(
                path, f"has format {version}, this broker reads {SCHEMA_VERSION}"
            )
        problem = execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise DataDirectoryDamagedError(path, problem)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(statement, values).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run one change; it is committed on return. Returns the id of an inserted row."""
        return self._connection.execute(statement, values).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes of the block together, or none of them."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        self._connection.close()


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one line for the person who starts the broker."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DataDirectoryError(f"{path}: {error}; choose another with IGGY_SYSTEM_PATH") from None
    except sqlite3.DatabaseError as error:
        raise DataDirectoryDamagedError(path, str(error)) from None
