"""What a condition makes of a case: sound, mel, masses along the way, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Cost:
    """Work for one case, shared evenly where cases ran together.

    Parameters
    ----------
    evaluations : of the network, without a gradient
    gradients : of the network as far as masses are read, with their backward pass
    seconds : of the sampler, without the vocoder
    """

    evaluations: float = 0.0
    gradients: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """Work of both."""
        return Cost(
            self.evaluations + other.evaluations,
            self.gradients + other.gradients,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class Masses:
    """Attention masses at every evaluation that was used, by the objective's last terms.

    Shapes: ``t`` (E,) diffusion times, falling; ``raw`` and ``relative`` (E, 4), of the groups ref1.pitch,
    ref1.rest, ref2.pitch, ref2.rest; ``loss`` (E,) of the objective.
    """

    t: Float[np.ndarray, " evaluations"]
    raw: Float[np.ndarray, "evaluations groups"]
    relative: Float[np.ndarray, "evaluations groups"]
    loss: Float[np.ndarray, " evaluations"]

    def swapped(self) -> Masses:
        """The same with the names of the references changed over."""
        order = [2, 3, 0, 1]
        return replace(self, raw=self.raw[:, order], relative=self.relative[:, order])


@dataclass(frozen=True)
class Take:
    """One sentence as the sampler gave it: natural log mel, masses where they mean something, and cost."""

    mel: Float[np.ndarray, "n_mels frames"]
    masses: Masses | None
    cost: Cost


@dataclass(frozen=True)
class Made:
    """A take with its sound, (samples,) float32 within [-1, 1]; ``split_s`` is the switch of temp mode."""

    wav: Float[np.ndarray, " samples"]
    take: Take
    split_s: float | None = None
