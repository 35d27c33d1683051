"""Paths as text names them: ``~`` is the home folder, and any name works in any locale."""

from __future__ import annotations

import os
from pathlib import Path

from interp.system.streams import is_stdin, is_stream


def path_from_text(text: str) -> Path:
    """Path that a text names, in the encoding of the system's file names."""
    return Path(os.path.expanduser(_native(text)))


def existing_file(text: str, folder: Path) -> Path:
    """The file that a line of a list means; where none is there, the path as it is written.

    What stands in quotes, or with the backslashes of Windows, is found where nothing has that very name.
    """
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    written = (text, bare, bare.replace("\\", "/"))
    paths = [folder / path_from_text(name) for name in written]
    return next((path for path in paths if is_readable(path)), paths[0])


def is_readable(path: Path) -> bool:
    """Whether it is a file or a pipe; standard input is not, as a list may be read from it."""
    return os.path.isfile(path) or (is_stream(path) and not is_stdin(path))


def _native(text: str) -> str:
    if os.name == "nt":
        return text
    try:
        return os.fsdecode(text.encode("utf-8", "surrogateescape"))
    except UnicodeError:  # half a surrogate pair: no file has that name
        return text
