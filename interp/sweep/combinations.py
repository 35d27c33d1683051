"""Combinations of settings: a grid crossed, a list as it is, a sample drawn at random."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from interp.settings.resolve import settings_from
from interp.sweep.spec import SweepSpec
from masks.errors import InterpError
from masks.limits import Limited, limited

Combination = dict[str, Any]


def combinations(spec: SweepSpec) -> list[Combination]:
    """All combinations of a file, in its order: grid, list, sample; one empty one when it names none.

    Raises
    ------
    InterpError
        Where an axis has no values, a listed entry is no mapping, or a range will not do.
    """
    where = str(spec.path)
    listed = [_entry(item, f"{where}: list[{i}]") for i, item in enumerate(spec.listed)]
    drawn = _sample(spec.sample, where) if spec.sample is not None else []
    return [*_crossed(spec.grid, where), *listed, *drawn] or [{}]


def _crossed(grid: Mapping[str, Any], where: str) -> list[Combination]:
    if not grid:
        return []
    for key, values in grid.items():
        _require_values(values, f"{where}: grid.{key}")
    return [dict(zip(grid, chosen, strict=True)) for chosen in itertools.product(*grid.values())]


def _entry(item: Any, where: str) -> Combination:
    if not isinstance(item, Mapping):
        raise InterpError(f"{where}: {item!r} is not a mapping; write `- guidance.gamma: 2`")
    return dict(item)


@dataclass(frozen=True)
class Sample(Limited):
    """How many combinations are drawn, 1 or more, and from which seed."""

    count: int = limited(dataclasses.MISSING, low=1)
    seed: int = limited(0, low=0)


@dataclass(frozen=True)
class Range:
    """Where numbers are drawn from: evenly, or evenly in their logarithm; whole ones where both ends are."""

    low: int | float
    high: int | float
    scale: Literal["linear", "log"] = "linear"

    def __post_init__(self) -> None:
        """Check the ends."""
        if not self.low < self.high:
            raise InterpError(f"low {self.low:g} is not below high {self.high:g}; exchange them")
        if self.scale == "log" and self.low <= 0:
            raise InterpError(
                f"low is {self.low:g}, scale log needs it above 0; raise it or use scale linear"
            )

    def draw(self, count: int, rng: np.random.Generator) -> list[int | float]:
        """Numbers of four significant digits: what a reader can type again."""
        if isinstance(self.low, int) and isinstance(self.high, int) and self.scale == "linear":
            return [int(v) for v in rng.integers(self.low, self.high + 1, size=count)]
        log = self.scale == "log"
        ends = (math.log(self.low), math.log(self.high)) if log else (self.low, self.high)
        drawn = rng.uniform(*ends, size=count)
        return [float(f"{math.exp(v) if log else v:.4g}") for v in drawn]


def _sample(sample: Mapping[str, Any], where: str) -> list[Combination]:
    axes = sample.get("axes")
    if not isinstance(axes, Mapping) or not axes:
        raise InterpError(
            f"{where}: sample.axes: {axes!r} names no setting; write `guidance.gamma: [0, 1]` lines"
        )
    head = settings_from(Sample, {k: v for k, v in sample.items() if k != "axes"}, f"{where}: sample")
    rng = np.random.default_rng(head.seed)
    columns = {
        key: _draw(values, head.count, rng, f"{where}: sample.axes.{key}") for key, values in axes.items()
    }
    return [{key: column[i] for key, column in columns.items()} for i in range(head.count)]


def _draw(values: Any, count: int, rng: np.random.Generator, where: str) -> list[Any]:
    if isinstance(values, Mapping):
        return list(settings_from(Range, values, where).draw(count, rng))
    _require_values(values, where)
    return [values[i] for i in rng.integers(len(values), size=count)]


def _require_values(values: Any, where: str) -> None:
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise InterpError(f"{where}: {values!r} is not a list of values; write [0.5, 1, 2]")
