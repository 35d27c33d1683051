"""Where the shipped configs, resources and weights lie, in a checkout and in an installed wheel alike."""

from __future__ import annotations

import os
from pathlib import Path

from interp.system.paths import path_from_text
from masks.errors import InterpError

PACKAGE = Path(__file__).resolve().parents[1]


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


def checkpoint_path(name: str) -> Path:
    """File of a checkpoint: ``default`` is the one that ships, anything else is a path.

    Raises
    ------
    InterpError
        When there is no such file.
    """
    path = data_path("checkpts/default.safetensors") if name == "default" else path_from_text(name)
    if not os.path.isfile(path):
        raise InterpError(f"{path}: no such checkpoint; give a .safetensors or .pt file, or 'default'")
    return path
