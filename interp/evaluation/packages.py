"""Packages that measures need beyond the base installation: which are missing, and how to get them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

# These ask for packages that have to be compiled or do not load beside every torch, and need none of them.
WITHOUT_DEPENDENCIES = ("resemblyzer", "distillmos", "xls-r-sqa")
INSTALL = f"pip install 'interp-speech[eval]' && pip install --no-deps {' '.join(WITHOUT_DEPENDENCIES)}"


def missing_of(modules: Sequence[str]) -> tuple[str, ...]:
    """Modules, by import name, that are not installed."""
    return tuple(module for module in modules if find_spec(module) is None)
