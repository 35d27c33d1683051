"""Refuse to run on another distribution's `guidance` or `masks`: both names exist on the package index."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

OURS = ("guidance", "masks")


def require_own_packages() -> None:
    """Check, without importing them, that `guidance` and `masks` lie beside `interp` and are not overwritten.

    Raises
    ------
    ImportError
        With the remedy in one line.
    """
    home = Path(__file__).resolve().parents[2]
    for name in OURS:
        spec = find_spec(name)
        found = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if found != home / name:
            raise ImportError(_message(name, f"was found at {found}" if found else "was not found"))
        foreign = next(iter(sorted(home.glob(f"{name}-*.dist-info"))), None)
        if foreign is not None:
            raise ImportError(_message(name, f"was overwritten by {foreign.name.removesuffix('.dist-info')}"))


def _message(name: str, what: str) -> str:
    return (
        f"interp: the package '{name}' of interp-speech {what}; another distribution is in the way: "
        f"pip uninstall -y {name} && pip install --force-reinstall --no-deps interp-speech, "
        "or install interp-speech in a virtual environment of its own"
    )
