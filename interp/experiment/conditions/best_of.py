"""Controls that draw noise again instead of tuning it: the best of N seeds, by the objective or by F0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from interp.estimators.contract import Piece
from interp.experiment.bench import Bench
from interp.experiment.conditions.contract import UNGUIDED
from interp.experiment.conditions.plain import Plain
from interp.experiment.made import Cost, Made, Take
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from masks.mel_f0 import f0_of_mel


@dataclass(frozen=True)
class BestOfByMass:
    """Of n seeds the one whose objective is lowest at the first evaluation after the windows.

    The first seed is the case's own, the next ones count up. All are run as far as that evaluation, the
    chosen one to its end; the cost is that of all of it.
    """

    n: int
    changes: Mapping[str, Setting] = field(default_factory=lambda: UNGUIDED)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        seeds = _all_seeds(trials, self.n)
        pieces = bench.pieces(seeds, settings)
        found = bench.searched.values(
            [(t.text, *t.refs, t.seed, settings) for t in seeds],
            lambda new: bench.losses_at_probe([pieces[i] for i in new], settings),
        )
        best = [i + int(np.argmin([loss for loss, _ in found[i : i + self.n]])) for i in self._starts(trials)]
        searched = [_total([cost for _, cost in found[i : i + self.n]]) for i in self._starts(trials)]
        takes, chosen = Plain().takes(bench, [seeds[b] for b in best], settings)
        charged = [replace(take, cost=take.cost + c) for take, c in zip(takes, searched, strict=True)]
        return bench.finish(charged, chosen, settings)

    def _starts(self, trials: Sequence[Trial]) -> range:
        return range(0, len(trials) * self.n, self.n)


@dataclass(frozen=True)
class BestOfByF0:
    """Of n seeds the one whose mel comes nearest to reference 1's median F0: a ceiling, for it looks."""

    n: int
    changes: Mapping[str, Setting] = field(default_factory=lambda: UNGUIDED)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        takes, pieces = Plain().takes(bench, _all_seeds(trials, self.n), settings)
        away = [_away(bench, take, piece) for take, piece in zip(takes, pieces, strict=True)]
        best = [i * self.n + int(k) for i, k in enumerate(np.reshape(away, (len(trials), self.n)).argmin(1))]
        chosen = [
            replace(takes[b], cost=_total([take.cost for take in takes[i * self.n : (i + 1) * self.n]]))
            for i, b in enumerate(best)
        ]
        return bench.finish(chosen, [pieces[b] for b in best], settings)


def _all_seeds(trials: Sequence[Trial], n: int) -> list[Trial]:
    """Every case once for every seed, case by case."""
    return [replace(trial, seed=trial.seed + k) for trial in trials for k in range(n)]


def _away(bench: Bench, take: Take, piece: Piece) -> float:
    """Distance of the median F0 that the mel's comb shows from reference 1's, nepers."""
    f0_hz = f0_of_mel(torch.from_numpy(take.mel), bench.grid, voiced_salience=-1.0).numpy()
    heard = float(np.median(np.log(f0_hz[piece.sentence.voiced])))
    return abs(heard - float(np.log(piece.target.f0_median_hz)))


def _total(costs: Sequence[Cost]) -> Cost:
    return sum(costs, Cost())
