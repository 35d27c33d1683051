"""One run at a time in a folder: a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from masks.errors import InterpError

FILE = ".lock.sqlite"


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold a folder for the time of a block.

    A transaction of SQLite's is the lock: it works on every system, and ends with the process, however that
    ends.

    Raises
    ------
    InterpError
        When another process holds it.
    """
    with closing(sqlite3.connect(folder / FILE, isolation_level=None, timeout=0.5)) as db:
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise InterpError(
                f"{folder}: another process works in this folder ({error}); wait for it, or stop it first"
            ) from error
        yield


def is_held(folder: Path) -> bool:
    """Whether a process works there now."""
    try:
        with only_run(folder):
            return False
    except InterpError:
        return True
