"""The version of this installation."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("interp-speech")
    except PackageNotFoundError:
        return "0+uninstalled"


__version__ = _installed()
