"""Control: every step's normal is moved as far as the tuner would move it, but in a random direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.step import norms, tangent, tangential_step
from guidance.tuner import NoiseTuner
from interp.diffusion.sampler import StepState
from interp.estimators.contract import Piece
from interp.experiment.bench import Bench
from interp.experiment.made import Made
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from masks.errors import InterpError

DIRECTION_SEED = 7_000_003


@dataclass(frozen=True)
class RandomDisplacement:
    """The tuner runs at every step to tell the distance; its direction is thrown away."""

    changes: Mapping[str, Setting] = field(default_factory=dict)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`.

        Raises
        ------
        InterpError
            When another scope than ``step`` is asked for.
        """
        if settings.guidance.scope != "step":
            raise InterpError("random_displacement: needs guidance.scope step; set that, or leave it out")
        pieces = bench.pieces(trials, settings)
        return bench.finish(bench.run(pieces, settings, make_tuner=RandomTuner), pieces, settings)


class RandomTuner:
    """A `Tuner` that takes the distance of `NoiseTuner` in a random tangential direction."""

    def __init__(self, tuning: BoundObjective, pieces: Sequence[Piece]) -> None:
        self._tuning, self._tuner = tuning, NoiseTuner(tuning)
        self._generators = [torch.Generator().manual_seed(p.seed + DIRECTION_SEED) for p in pieces]

    def __call__(self, state: StepState) -> tuple[Tensor, Tensor] | None:
        """See `Tuner`."""
        tuned = self._tuner(state)
        if tuned is None:
            return None
        z = displaced(state.z, tuned[0], self._directions(state), state.frame_mask)
        score, _ = self._tuning.model.score_and_masses(replace(state, z=z).x_t, state.times)
        return z, score

    def _directions(self, state: StepState) -> Tensor:
        """Fresh normals, the same for a sample alone and in a batch."""
        drawn = torch.zeros(state.z.shape)
        for sample, real, generator in zip(drawn, state.frame_mask.cpu(), self._generators, strict=True):
            sample[:, real] = torch.randn((len(sample), int(real.sum())), generator=generator)
        return drawn.to(state.z)


def displaced(z: Tensor, tuned: Tensor, direction: Tensor, frame_mask: Tensor) -> Tensor:
    """`z` moved along `direction` on its shell, as far as `tuned` lies from it.

    Parameters
    ----------
    z, tuned, direction : (batch, n_mels, frames); both of the first of one norm
    frame_mask : (batch, frames)
    """
    body = z * frame_mask[:, None, :]
    radius = norms(body).clamp(min=torch.finfo(z.dtype).tiny)
    chord = norms(tuned * frame_mask[:, None, :] - body)
    # A step along the tangent that is brought back to the shell ends at the angle atan(share).
    share = torch.tan(2 * torch.asin((chord / (2 * radius)).clamp(max=0.7)))
    return tangential_step(z, tangent(direction, body), share, frame_mask)
