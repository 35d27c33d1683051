"""Control: reference 1's F0 is shuffled in time, and its mask with it; level stays, melody goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from interp.audio.reference import ReferenceFeatures
from interp.experiment.bench import Bench
from interp.experiment.made import Made
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from masks.grid import MelGrid
from masks.pitch import pitch_mask

BLOCK_FRAMES = 8


@dataclass(frozen=True)
class ShuffledF0:
    """Tuned as ever towards a reference whose mask and log F0 lie elsewhere in time; scored by contour."""

    changes: Mapping[str, Setting] = field(default_factory=dict)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        pairs = []
        for trial in trials:
            first, second = bench.pair(trial, settings)
            pairs.append((_with_f0(first, shuffled(first.f0_hz, trial.seed), bench.grid), second))
        pieces = bench.pieces(trials, settings, pairs=pairs)
        return bench.finish(bench.run(pieces, settings), pieces, settings)


def shuffled(f0_hz: Float[np.ndarray, " frames"], seed: int) -> Float[np.ndarray, " frames"]:
    """The voiced frames in another order, blocks of 8 staying whole, so that tokens of 4 still have an F0.

    Voicing, and every statistic without time, stay as they are.
    """
    voiced = f0_hz > 0
    values = f0_hz[voiced]
    blocks = np.split(values, range(BLOCK_FRAMES, len(values), BLOCK_FRAMES))
    order = np.random.default_rng(seed).permutation(len(blocks))
    moved: Float[np.ndarray, " frames"] = f0_hz.copy()
    moved[voiced] = np.concatenate([blocks[i] for i in order])
    return moved


def _with_f0(reference: ReferenceFeatures, f0_hz: np.ndarray, grid: MelGrid) -> ReferenceFeatures:
    return replace(reference, f0_hz=f0_hz, mask=pitch_mask(f0_hz, grid))
