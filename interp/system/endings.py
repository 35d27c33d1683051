"""What a file's name must end in, told before work starts."""

from __future__ import annotations

from pathlib import Path

from masks.errors import InterpError


def require_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Refuse a path of another ending; None, an option that is not given, passes.

    Raises
    ------
    InterpError
        Naming the option, the path, the endings and a name that would do.
    """
    if path is not None and path.suffix.lower() not in endings:
        raise InterpError(
            f"{option}: {path} has another ending, allowed: {', '.join(endings)}; "
            f"name it {renamed(path, endings[0])}"
        )


def renamed(path: str | Path, ending: str) -> str:
    """The file's name with another ending; ``out`` where it has no name, as ``.`` has none."""
    return f"{Path(path).stem.strip('.') or 'out'}{ending}"
