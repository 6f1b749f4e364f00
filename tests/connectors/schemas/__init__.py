"""Schemas for tests. The `.bfbs` files were made by `flatc --schema -b` of the `.fbs` beside."""

from pathlib import Path

FOLDER = Path(__file__).parent
USER_PROTO = str(FOLDER / "user.proto")
EVERYTHING_PROTO = str(FOLDER / "everything.proto")
LEGACY_PROTO = str(FOLDER / "legacy.proto")
USER_BFBS = str(FOLDER / "user.bfbs")
EVERYTHING_BFBS = str(FOLDER / "everything.bfbs")
USER_AVSC = str(FOLDER / "user.avsc")
EVERYTHING_AVSC = str(FOLDER / "everything.avsc")
