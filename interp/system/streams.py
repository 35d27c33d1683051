"""Streams: standard input (``-``), pipes and what a shell's ``<(...)`` gives; each is read once and kept."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from masks.errors import InterpError

DASH = "-"
STANDARD_INPUT = "standard input"
# Read as the stream that is there already: a socket in that place cannot be opened a second time.
_NAMES_OF_STDIN = (DASH, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
# Ten minutes of stereo at 192 kHz and 32 bits; what is longer never ends.
MOST_BYTES = 2**30

_kept: dict[object, bytes] = {}


def is_stdin(path: str | Path) -> bool:
    """Whether a path is ``-`` or a name of standard input."""
    return str(path) in _NAMES_OF_STDIN


def is_stream(path: str | Path) -> bool:
    """Whether a path is standard input or a pipe: nothing that can be read twice."""
    if is_stdin(path):
        return True
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def name_of(path: str | Path) -> str:
    """What messages call a path."""
    return STANDARD_INPUT if is_stdin(path) else str(path)


def stdin_is_silent() -> bool:
    """Whether nobody is at the other end: standard input was closed before the start."""
    return sys.stdin is None or sys.stdin.closed


def stdin_is_terminal() -> bool:
    """Whether standard input is typed."""
    return not stdin_is_silent() and sys.stdin.isatty()


def read_stream(path: str | Path) -> bytes:
    """All bytes of a stream; asked for again, the same bytes.

    Raises
    ------
    InterpError
        When it is closed, cannot be read, or does not end within 1 GiB.
    """
    try:
        if is_stdin(path):
            return _read_stdin()
        found = os.stat(path)
        key = (str(path), found.st_dev, found.st_ino)
        if key not in _kept:
            with open(path, "rb") as file:
                _kept[key] = file.read(MOST_BYTES + 1)
        return _within_limit(path, _kept[key])
    except OSError as error:
        raise InterpError(
            f"{name_of(path)}: cannot be read ({error.strerror or error}); give a file instead"
        ) from error


def _read_stdin() -> bytes:
    if stdin_is_silent():
        raise InterpError(f"{STANDARD_INPUT}: is closed; pipe something into it, or give a file")
    if sys.stdin not in _kept:
        binary = getattr(sys.stdin, "buffer", None)
        _kept[sys.stdin] = binary.read(MOST_BYTES + 1) if binary else sys.stdin.read().encode()
    return _within_limit(DASH, _kept[sys.stdin])


def _within_limit(path: str | Path, data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise InterpError(f"{name_of(path)}: does not end within {MOST_BYTES >> 20} MiB; give a shorter one")
    return data
