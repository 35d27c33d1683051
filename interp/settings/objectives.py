"""Objectives by name: tables in YAML files, read as all settings are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from guidance.terms import Objective
from interp.settings.resolve import settings_from
from interp.settings.strict_yaml import read_yaml
from interp.system.nearest import did_you_mean
from interp.system.shipped import data_path
from masks.errors import InterpError
from masks.shown import shown


@cache
def shipped_objective(name: str) -> Objective:
    """The objective of that name in ``configs/objectives``; see `load_objective`."""
    return load_objective(name, data_path("configs/objectives"))


def load_objective(name: str, folder: Path) -> Objective:
    """The objective whose table is ``folder/name.yaml``.

    Raises
    ------
    InterpError
        when there is no such table, or for all that is wrong in it
    """
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in names:
        remedy = did_you_mean(name, names) or f"allowed: {', '.join(names)}."
        raise InterpError(f"objective: no table {shown(name)} in {folder}, {remedy} Change --objective")
    path = folder / f"{name}.yaml"
    return settings_from(Objective, {"name": name, **read_yaml(path)}, str(path))
