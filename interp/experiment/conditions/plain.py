"""Conditions that only change settings, seed, or which recording stands as which reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from interp.estimators.contract import Piece
from interp.experiment.bench import Bench
from interp.experiment.made import Made, Take
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings

OTHER_SEED = 1_000_003


@dataclass(frozen=True)
class Plain:
    """A run of the sampler, tuned if its settings say so.

    Parameters
    ----------
    changes : dotted settings
    order : which of the case's references stands as reference 1, and which as 2; masses are named by the
        case's own order, and left out where one stands as both
    seed_offset : added to the seed
    """

    changes: Mapping[str, Setting] = field(default_factory=dict)
    order: tuple[int, int] = (0, 1)
    seed_offset: int = 0

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        takes, pieces = self.takes(bench, trials, settings)
        return bench.finish(takes, pieces, settings)

    def takes(
        self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings
    ) -> tuple[list[Take], list[Piece]]:
        """The cases without their sound."""
        pairs = [tuple(bench.pair(t, settings)[i] for i in self.order) for t in trials]
        seeds = [t.seed + self.seed_offset for t in trials]
        pieces = bench.pieces(trials, settings, pairs=pairs, seeds=seeds)
        keys = [
            (t.text, *(t.refs[i] for i in self.order), seed, settings)
            for t, seed in zip(trials, seeds, strict=True)
        ]
        takes = bench.takes.values(keys, lambda new: bench.run([pieces[i] for i in new], settings))
        return [self._named(take) for take in takes], pieces

    def _named(self, take: Take) -> Take:
        if take.masses is None or self.order == (0, 1):
            return take
        return replace(take, masses=take.masses.swapped() if self.order == (1, 0) else None)
