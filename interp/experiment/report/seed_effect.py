"""How much the seed alone decides: the total effect, from several seeds of each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interp.experiment.report.rows import Rows, values
from interp.experiment.report.statistics import summary
from interp.experiment.trial import Trial
from interp.reports.intervals import Interval

NEPERS_PER_SEMITONE = np.log(2) / 12


@dataclass(frozen=True)
class SeedEffect:
    """Variances of log F0 (nepers squared) over `n_pairs` pairs of `n_seeds` seeds or more.

    Parameters
    ----------
    within : mean over pairs of the variance over seeds: the seed's total effect
    total : variance over all
    of_total : within / total
    of_half_distance : mean over pairs of the variance over (delta / 2)^2; a seed that takes either reference
        at even chance makes it 1
    nearer : share of the cases nearer to reference 1
    """

    condition: str
    n_pairs: int
    n_seeds: int
    within: Interval
    total: float
    of_total: float
    of_half_distance: Interval
    nearer: Interval


def seed_effects(rows: Rows, trials: Sequence[Trial]) -> tuple[SeedEffect, ...]:
    """Of every condition of which at least two pairs were spoken with at least two seeds."""
    pair_of = {trial.name: trial.pair for trial in trials}
    found = (_effect(arm, rows, pair_of) for arm in rows)
    return tuple(effect for effect in found if effect is not None)


def _effect(arm: str, rows: Rows, pair_of: Mapping[str, int]) -> SeedEffect | None:
    log_f0, apart = (values(rows, arm, key) for key in ("pitch.log_f0", "pitch.refs_semitones"))
    by_pair: dict[int, list[str]] = {}
    for case in log_f0.keys() & apart.keys():
        by_pair.setdefault(pair_of[case], []).append(case)
    groups = [sorted(cases) for _, cases in sorted(by_pair.items()) if len(cases) > 1]
    if len(groups) < 2:
        return None
    variances = [float(np.var([log_f0[c] for c in cases], ddof=1)) for cases in groups]
    halves = [(apart[cases[0]] * NEPERS_PER_SEMITONE / 2) ** 2 for cases in groups]
    total = float(np.var([log_f0[c] for cases in groups for c in cases], ddof=1))
    within = summary(variances, "mean")
    relative = summary([v / half for v, half in zip(variances, halves, strict=True) if half > 0], "mean")
    nearer_of = values(rows, arm, "pitch.nearer_ref1")
    nearer = summary([float(np.mean([nearer_of[c] for c in cases])) for cases in groups], "mean")
    assert within is not None
    assert relative is not None
    assert nearer is not None
    fewest = min(map(len, groups))
    share = within.mean / total if total > 0 else 0.0
    return SeedEffect(arm, len(groups), fewest, within, total, share, relative, nearer)
