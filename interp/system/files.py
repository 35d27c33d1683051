"""Files written whole or not at all: a temporary file in the same folder, then a rename."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from masks.errors import InterpError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


# A temporary name is longer than the file's own, which may be as long as the system allows.
LONGEST_PREFIX = 40


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Temporary path to write to; it becomes ``path`` when the block ends well, else it vanishes.

    Where ``path`` is a symbolic link, the file that it names is written and the link stays.

    Raises
    ------
    InterpError
        When the folder cannot be made or written, or a file there may not be overwritten.
    """
    target = _behind_links(Path(path))
    make_folder(target.parent)
    try:
        _require_replaceable(target)
        prefix = f".{target.name[:LONGEST_PREFIX]}."
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=prefix, suffix=".part")
        os.close(handle)
    except OSError as error:
        raise _cannot_write(target, error) from error
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, _new_file_mode())
        os.replace(temporary, target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """Temporary folder to write files into; they go into ``path`` when the block ends well, else they vanish.

    Other files that ``path`` holds already stay.

    Raises
    ------
    InterpError
        When the folder cannot be made or written.
    """
    target = Path(path)
    try:
        temporary = Path(tempfile.mkdtemp(dir=_nearest_existing(target), prefix=".", suffix=".part"))
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        yield temporary
        make_folder(target)
        for file in sorted(temporary.iterdir()):
            os.replace(file, target / file.name)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def make_folder(path: str | Path) -> Path:
    """Make a folder with its parents.

    Raises
    ------
    InterpError
        When it cannot be made, or a file of that name exists.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return folder


def require_writable(folder: str | Path) -> None:
    """Fail now, not after minutes of work, when nothing can be written into a folder.

    A folder that does not exist yet is not made: the nearest one above it is asked instead.

    Raises
    ------
    InterpError
        When a file cannot be made there.
    """
    try:
        with tempfile.TemporaryFile(dir=_nearest_existing(Path(folder))):
            pass
    except OSError as error:
        raise _cannot_write(Path(folder), error) from error


def require_replaceable(path: str | Path) -> None:
    """Fail now when a file cannot be written under a name: a folder, a device or a read-only file has it.

    Raises
    ------
    InterpError
        Naming the path and the reason.
    """
    try:
        _require_replaceable(_behind_links(Path(path)))
    except OSError as error:
        raise _cannot_write(Path(path), error) from error


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write bytes whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text whole or not at all; bytes of a file's name that are no text are escaped."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_json(path: str | Path, value: Any) -> None:
    """Write JSON, indented, whole or not at all; a NaN is our bug and refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n")


def write_json_lines(path: str | Path, rows: tuple[Mapping[str, Any], ...]) -> None:
    """Write one JSON object a line, whole or not at all."""
    lines = (json.dumps(dict(row), ensure_ascii=False, allow_nan=False, default=_plain) for row in rows)
    write_text(path, "".join(f"{line}\n" for line in lines))


def write_npz(path: str | Path, **arrays: np.ndarray) -> None:
    """Write named arrays as a compressed ``.npz``, whole or not at all."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def write_figure(path: str | Path, figure: Figure, dpi: int = 110) -> None:
    """Write a matplotlib figure whole or not at all: SVG where the name ends so, else PNG."""
    kind = "svg" if Path(path).suffix.lower() == ".svg" else "png"
    with whole_file(path) as temporary:
        figure.savefig(temporary, format=kind, dpi=dpi)


def _behind_links(path: Path) -> Path:
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def _require_replaceable(target: Path) -> None:
    """A rename would put a file in the place of a device or pipe, and of one that is read-only."""
    if not target.exists():
        return
    if target.is_dir():
        raise OSError(errno.EISDIR, "a folder has that name")
    if not target.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file")
    if not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, "the file is read-only")


def _nearest_existing(folder: Path) -> Path:
    """The folder itself, or the first of its parents that is there."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _new_file_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cannot_write(path: Path, error: OSError) -> InterpError:
    reason = error.strerror or str(error)
    return InterpError(f"{path}: cannot be written ({reason}); choose a folder where you may write")
