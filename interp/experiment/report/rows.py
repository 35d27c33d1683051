"""Figures of every case under every condition, made and measured, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from interp.experiment.made import Masses
from interp.experiment.plan import Arm
from interp.experiment.store import Figures, Store
from interp.experiment.trial import Trial
from interp.modes.registry import MODES

WITHIN_SEMITONES = 1.5
STEPS_LATER = 3
# Condition to case to figures; a case that was not made or not measured is not there.
Rows = Mapping[str, Mapping[str, Figures]]


def rows_of(
    store: Store, arms: Sequence[Arm], trials: Sequence[Trial], probe_progress: float
) -> dict[str, dict[str, Figures]]:
    """Read everything that is there.

    Parameters
    ----------
    probe_progress : end of the experiment's own windows: masses of all conditions are read there
    """
    rows: dict[str, dict[str, Figures]] = {arm.name: {} for arm in arms}
    for arm in arms:
        for trial in trials:
            if store.is_made(arm.name, trial.name) and (measured := store.figures(arm.name, trial.name)):
                masses, cost, _ = store.details(arm.name, trial.name)
                read = masses_at(masses, probe_progress, arm.settings.mode)
                made = {f"cost.{key}": value for key, value in vars(cost).items()}
                rows[arm.name][trial.name] = {**measured, **derived(measured), **read, **made}
    return rows


def derived(measured: Mapping[str, float | None]) -> Figures:
    """Figures that follow from those measured."""
    alike = [measured.get(f"speaker.ref{n}.equalised") for n in (1, 2)]
    away = [_of(measured, f"pitch.ref{n}.semitones", abs) for n in (1, 2)]
    figures: Figures = {
        "pitch.ref1.away": away[0],
        "pitch.ref2.away": away[1],
        "pitch.within": None if away[0] is None else float(away[0] <= WITHIN_SEMITONES),
        "pitch.log_f0": _of(measured, "pitch.median_hz", np.log),
        "speaker.nearer_ref2": _is_less(alike[0], alike[1]),
    }
    halves = {
        f"switch.{half}.nearer": _nearer(measured, half, own, other)
        for half, own, other in (("first", 1, 2), ("second", 2, 1))
    }
    both = list(halves.values())
    halves["switch.both_nearer"] = None if None in both else float(all(both))
    return {**figures, **halves}


def masses_at(masses: Masses | None, probe_progress: float, mode: str) -> Figures:
    """Relative masses at the last evaluation inside the windows, and three evaluations later.

    Without bands the objective alone: there groups of both halves' queries would be averaged.
    """
    if masses is None:
        return {}
    inside = np.flatnonzero(1 - masses.t < probe_progress)
    last = int(inside[-1]) if len(inside) else 0
    loss: Figures = {"mass.loss": float(masses.loss[last])}
    if not MODES[mode].bands:
        return loss
    later = min(last + STEPS_LATER, len(masses.t) - 1)
    found = {"mass.pitch": last, "mass.pitch_later": later}
    return {
        **{name: float(masses.relative[i, 0]) for name, i in found.items()},
        "mass.rest": float(masses.relative[last, 3]),
        "mass.rest_later": float(masses.relative[later, 3]),
    } | loss


def values(rows: Rows, arm: str, figure: str, cases: Sequence[str] | None = None) -> dict[str, float]:
    """One figure of a condition by case, where it is known."""
    there = rows.get(arm, {})
    wanted = there if cases is None else [case for case in cases if case in there]
    found = {case: there[case].get(figure) for case in wanted}
    return {case: value for case, value in found.items() if value is not None}


def _of(measured: Mapping[str, float | None], key: str, function: Callable[[float], float]) -> float | None:
    value = measured.get(key)
    return None if value is None else float(function(value))


def _nearer(measured: Mapping[str, float | None], half: str, own: int, other: int) -> float | None:
    mine, theirs = (_of(measured, f"switch.{half}.ref{n}_semitones", abs) for n in (own, other))
    return _is_less(mine, theirs)


def _is_less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else float(one < other)
