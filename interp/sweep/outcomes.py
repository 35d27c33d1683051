"""Outcomes of points that failed, and by whom and with what all of them were made; imports no torch."""

from __future__ import annotations

import os
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from interp.sweep.point import Outcome, Point
from interp.system.version import __version__
from masks.errors import InterpError

MEASURING_PACKAGES = ("torch", "numpy", "praat-parselmouth")


def failed(point: Point, error: BaseException, seconds: float = 0.0) -> Outcome:
    """Outcome of a point that could not be spoken."""
    said = " ".join(str(error).split()) or "no message"
    line = said if isinstance(error, InterpError) else f"{type(error).__name__}: {said}"
    return Outcome(point.number, None, line, seconds, versions(), point.checkpoint_sha256, worker_name())


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what decides the figures."""
    return {
        "interp": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in MEASURING_PACKAGES},
    }


def worker_name() -> str:
    """This process on this machine."""
    return f"{platform.node()}:{os.getpid()}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
