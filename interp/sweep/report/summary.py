"""Points of one setting taken together: means over units, and differences from the control, by unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interp.reports.intervals import LEVEL, Interval, mean_interval
from interp.sweep.ledger import Row
from interp.sweep.spec import BestBy

Unit = tuple[str, str, str, int]
# What is said by whom: averaged over within a setting.
SPOKEN_AXES = ("sentence", "references", "seed")


@dataclass(frozen=True)
class Setting:
    """One combination of what was varied, with its points that are done."""

    axes: Mapping[str, Any]
    baseline: bool
    rows: tuple[Row, ...]

    def mean(self, figure: str) -> Interval | None:
        """Mean of a figure; None when no point has it."""
        return mean_interval(list(by_unit(self.rows, figure).values()))

    def cost(self, best: BestBy) -> float | None:
        """Mean cost of its points; less is better."""
        values = by_unit(self.rows, best.figure).values()
        return sum(best.cost(value) for value in values) / len(values) if values else None


@dataclass(frozen=True)
class Effect:
    """A setting's difference from the control in one figure.

    ``interval`` is that of this setting alone; ``together`` holds for all settings at once (Bonferroni).
    """

    setting: Setting
    interval: Interval
    together: Interval


def settings_in(rows: Iterable[Row]) -> list[Setting]:
    """All combinations in the order of the ledger, those without a point that is done left out."""
    groups: dict[tuple[bool, str], list[Row]] = {}
    for row in rows:
        if row.state == "done":
            groups.setdefault((row.baseline, json.dumps(_varied(row.axes))), []).append(row)
    return [Setting(_varied(g[0].axes), g[0].baseline, tuple(g)) for g in groups.values()]


def by_unit(rows: Iterable[Row], figure: str) -> dict[Unit, float]:
    """Mean of a figure for every unit that has it."""
    values: dict[Unit, list[float]] = {}
    for row in rows:
        value = row.figures.get(figure)
        if value is not None:
            values.setdefault(row.unit, []).append(value)
    return {unit: sum(found) / len(found) for unit, found in values.items()}


def effects(settings: Sequence[Setting], figure: str) -> list[Effect]:
    """Differences from the control, where there is one, in units that both have."""
    control = by_unit([r for s in settings if s.baseline for r in s.rows], figure)
    others = [s for s in settings if not s.baseline]
    found = []
    for setting in others:
        mine = by_unit(setting.rows, figure)
        differences = [value - control[unit] for unit, value in mine.items() if unit in control]
        interval = mean_interval(differences)
        together = mean_interval(differences, 1 - (1 - LEVEL) / len(others))
        if interval is not None and together is not None:
            found.append(Effect(setting, interval, together))
    return found


def axis_values(settings: Sequence[Setting]) -> dict[str, list[Any]]:
    """Values of every axis that takes more than one, in order; numbers and pairs sorted."""
    found: dict[str, list[Any]] = {}
    for setting in (s for s in settings if not s.baseline):
        for key, value in setting.axes.items():
            known = found.setdefault(key, [])
            if value not in known:
                known.append(value)
    return {key: _sorted(values) for key, values in found.items() if len(values) > 1}


def having(settings: Sequence[Setting], chosen: Mapping[str, Any]) -> list[Row]:
    """Points of all settings, the control apart, that have these values."""
    return [
        row
        for s in settings
        if not s.baseline and all(key in s.axes and s.axes[key] == v for key, v in chosen.items())
        for row in s.rows
    ]


def _varied(axes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in axes.items() if key not in SPOKEN_AXES}


def _sorted(values: list[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:  # words and numbers together: as they came
        return values
