"""Masses along a run of the sampler: a model that notes them at the times asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jaxtyping import Bool, Float
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from guidance.masses import AttentionMasses
from guidance.windows import Windows
from interp.diffusion.sampler import SamplingCancelled
from interp.estimators.contract import BatchModel

SAME_TIME = 1e-6


@dataclass
class NotedMasses:
    """A `BatchModel` that notes the masses of its evaluations at some times, and counts what it is asked.

    Of several evaluations at one time the last is kept. It is the one at the x_t that the step starts from:
    a tuner's line search ends with it, and a plain step makes no other.

    Parameters
    ----------
    model : what answers
    times : diffusion times at which masses are noted, falling
    ends : whether the sampler is stopped at the last of them, once its masses are known
    recompute : whether noted evaluations are computed again in the backward pass: memory of one, not of all
    """

    model: BatchModel
    times: Sequence[float]
    ends: bool = False
    recompute: bool = False
    found: dict[float, AttentionMasses] = field(default_factory=dict)
    evaluations: int = 0
    gradients: int = 0

    @property
    def mu(self) -> Float[Tensor, "batch n_mels frames"]:
        """Mean mel, model units."""
        return self.model.mu

    @property
    def frame_mask(self) -> Bool[Tensor, "batch frames"]:
        """True on real frames."""
        return self.model.frame_mask

    def masses(self, x_t: Tensor, t: Tensor) -> AttentionMasses:
        """Masses with a graph; they are not noted."""
        self.gradients += 1
        return self.model.masses(x_t, t)

    def score(self, x_t: Tensor, t: Tensor) -> Tensor:
        """Score, with the masses of the same evaluation where they are asked for."""
        at = self._asked(t)
        if at is None:
            self.evaluations += 1
            return self.model.score(x_t, t)
        if self.ends and at == self.times[-1]:
            self.found[at] = self.model.masses(x_t, t)
            raise SamplingCancelled("all masses that were asked for are known")
        return self.score_and_masses(x_t, t)[0]

    def score_and_masses(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, AttentionMasses]:
        """Both of one evaluation."""
        self.evaluations += 1
        at, model = self._asked(t), self.model.score_and_masses
        score, masses = checkpoint(model, x_t, t, use_reentrant=False) if self.recompute else model(x_t, t)
        if at is not None:
            self.found[at] = masses
        return score, masses

    def _asked(self, t: Float[Tensor, " batch"]) -> float | None:
        """The time asked for that this one is, as the network has it, rounded to its precision."""
        return next((at for at in self.times if abs(at - float(t[0])) < SAME_TIME), None)


def time_after(windows: Windows, times: Sequence[float]) -> float | None:
    """The first evaluation after the last one inside a window; None where there is none of either."""
    inside = [i for i, t in enumerate(times) if windows.at(1 - t) is not None]
    return times[inside[-1] + 1] if inside and inside[-1] + 1 < len(times) else None
