"""Where the shipped configs, resources and weights lie, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

from masks.errors import InterpError

PACKAGE = Path(__file__).resolve().parent


def data_path(relative: str) -> Path:
    """Path of a shipped file or folder, such as ``resources/demo_ref1.wav``.

    Raises
    ------
    InterpError
        When the installation lacks it.
    """
    roots = (PACKAGE / "_data", PACKAGE.parent)
    for root in roots:
        if (root / relative).exists():
            return root / relative
    raise InterpError(f"{relative}: is missing from this installation; install interp-speech again")
