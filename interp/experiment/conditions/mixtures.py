"""Controls that mix two single-reference voices: their scores, their mels, or one's sound by PSOLA."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from interp.audio.pitch_statistics import pitch_statistics
from interp.evaluation.clip import Clip
from interp.evaluation.psola import with_pitch
from interp.experiment.bench import Bench, branches_of
from interp.experiment.conditions.contract import UNGUIDED
from interp.experiment.conditions.plain import Plain
from interp.experiment.made import Cost, Made, Take
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from masks.pitch import resolved_limit_hz

REF1_ONLY, REF2_ONLY = Plain(UNGUIDED, order=(0, 0)), Plain(UNGUIDED, order=(1, 1))


@dataclass(frozen=True)
class MeanScore:
    """At every step the mean of the scores that each reference alone gives."""

    changes: Mapping[str, Setting] = field(default_factory=lambda: UNGUIDED)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        started = time.perf_counter()
        pieces = bench.pieces(trials, settings)
        alone = [[replace(p, pair=(p.pair[i], p.pair[i])) for p in pieces] for i in (0, 1)]
        first, second = (bench.bind(side, settings) for side in alone)

        def mean(x_t: Tensor, t: Tensor) -> Tensor:
            return (first.model.score(x_t, t) + second.model.score(x_t, t)) / 2

        mels = bench.run_score(mean, first, pieces, settings)
        seconds = (time.perf_counter() - started) / len(trials)
        cost = Cost(2.0 * settings.n_timesteps * branches_of(settings), 0.0, seconds)
        return bench.finish([Take(mel, None, cost) for mel in mels], pieces, settings)


@dataclass(frozen=True)
class MelSplice:
    """Bins up to the resolved limit of reference 1's pitch from its own voice, those above from 2's."""

    changes: Mapping[str, Setting] = field(default_factory=lambda: UNGUIDED)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        low, high = (only.takes(bench, trials, settings)[0] for only in (REF1_ONLY, REF2_ONLY))
        pieces = bench.pieces(trials, settings)
        takes = []
        for first, second, piece in zip(low, high, pieces, strict=True):
            limit = resolved_limit_hz(np.array(piece.target.f0_median_hz), bench.grid)
            below = np.arange(bench.grid.n_mels)[:, None] <= float(bench.grid.bins_of_hz(limit))
            mel = np.where(below, first.mel, second.mel)
            takes.append(Take(mel, None, first.cost + second.cost))
        return bench.finish(takes, pieces, settings)


@dataclass(frozen=True)
class Psola:
    """Reference 2's voice, then reference 1's median F0 and range by Praat: what a user would do today."""

    changes: Mapping[str, Setting] = field(default_factory=lambda: UNGUIDED)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`."""
        spoken = REF2_ONLY(bench, trials, settings)
        wanted = [bench.pair(trial, settings)[0].f0_hz for trial in trials]
        return [
            _with_pitch_of(made, Clip(made.wav, bench.grid), f0)
            for made, f0 in zip(spoken, wanted, strict=True)
        ]


def _with_pitch_of(made: Made, clip: Clip, f0_hz: np.ndarray) -> Made:
    wanted, range_here = pitch_statistics(f0_hz), pitch_statistics(clip.f0_hz).range_semitones
    assert wanted.median_hz is not None, "a reference without voice is refused earlier"
    assert wanted.range_semitones is not None
    factor = wanted.range_semitones / range_here if range_here else 1.0
    moved = with_pitch(clip, wanted.median_hz, factor)
    return replace(made, wav=np.clip(moved.wav, -1.0, 1.0), take=replace(made.take, mel=moved.mel))
