"""What a tuning step evaluates: the slope of the objective at a noise, and its value and the score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.degeneracy import fresh_normals
from guidance.layers import fixed_weights
from guidance.masses import AttentionMasses, GuidedModel
from guidance.objectives import Objective, Reading, Term, objective_loss
from guidance.queries import QuerySets
from guidance.settings import GuidanceSettings
from guidance.step import tangent
from masks.errors import InterpError


class StepState(Protocol):
    """What the sampler tells about the step at hand: ``x_t = mean + spread * z``."""

    @property
    def index(self) -> int:
        """The step, from 0."""
        ...

    @property
    def t(self) -> float:
        """Diffusion time at which the estimator is evaluated, 1 is noise."""
        ...

    @property
    def progress(self) -> float:
        """``1 - t``."""
        ...

    @property
    def mean(self) -> Tensor:
        """What x_t would be without the normals, (batch, n_mels, frames)."""
        ...

    @property
    def spread(self) -> float | Tensor:
        """Deviation that the normals are scaled by."""
        ...

    @property
    def z(self) -> Tensor:
        """The standard normals that produced x_t, (batch, n_mels, frames)."""
        ...

    @property
    def mu(self) -> Tensor:
        """The text encoder's mean, (batch, n_mels, frames)."""
        ...

    @property
    def frame_mask(self) -> Tensor:
        """True on real frames, (batch, frames)."""
        ...


Lookahead = Callable[[StepState, Tensor, int], Sequence[AttentionMasses]]
"""(state, z, n) -> masses at the n evaluations after the first, with a graph to z where gradients are on."""


@dataclass(frozen=True)
class Slope:
    """The objective at some normals, with its gradient.

    Parameters
    ----------
    loss : (batch,)
    gradient : (batch, n_mels, frames), 0 on padding
    uphill : its part along the shell of constant norm
    masses : what the loss was read from, one evaluation or several
    readings : what they were read with; kept for the rest of the step, layer weights and all
    """

    loss: Float[Tensor, " batch"]
    gradient: Float[Tensor, "batch n_mels frames"]
    uphill: Float[Tensor, "batch n_mels frames"]
    masses: tuple[AttentionMasses, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Evaluation:
    """The objective at some normals, without a graph, with the score where the whole network ran."""

    loss: Float[Tensor, " batch"]
    score: Float[Tensor, "batch n_mels frames"] | None
    masses: tuple[AttentionMasses, ...]


@dataclass(frozen=True)
class Tuning:
    """A model and an objective on one sentence or batch.

    Parameters
    ----------
    model : the model as three functions
    objective : table of terms
    queries : sets of queries per layer of the model
    key_shares : style group -> (batch,), its share among its reference's keys
    settings : gamma, sums and lookahead are read
    lookahead : runs further sampler steps, where settings ask for them
    """

    model: GuidedModel
    objective: Objective
    queries: QuerySets
    key_shares: Mapping[str, Float[Tensor, " batch"]]
    settings: GuidanceSettings
    lookahead: Lookahead | None = None

    def __post_init__(self) -> None:
        """Check that a lookahead can be run where one is asked for."""
        if self.settings.lookahead and self.lookahead is None:
            raise InterpError(
                f"guidance: lookahead is {self.settings.lookahead}, but nothing here runs steps ahead; "
                "give the tuner a lookahead function or set lookahead to 0"
            )

    def slope(
        self, state: StepState, terms: tuple[Term, ...], z: Tensor, readings: tuple[Reading, ...]
    ) -> Slope:
        """Loss and gradient at `z`; empty `readings` are made from the masses found here.

        Raises
        ------
        InterpError
            when the loss or its gradient is not finite
        """
        return self._slope(state, terms, z, readings, lambda leaf: self._masses(state, leaf))

    def fresh_slope(self, state: StepState, terms: tuple[Term, ...], readings: tuple[Reading, ...]) -> Slope:
        """The slope where everything is open: at the same t, on fresh noise of deviation 1 about mu.

        In model units x_t - mu has a deviation near 1 at every t, so this is a place the model knows.
        """
        fresh = fresh_normals(state.z, state.frame_mask)
        t = _times(state)
        return self._slope(
            state, terms, fresh, readings[:1], lambda leaf: (self.model.masses(state.mu + leaf, t),)
        )

    def evaluate(
        self, state: StepState, terms: tuple[Term, ...], z: Tensor, readings: tuple[Reading, ...]
    ) -> Evaluation:
        """Loss and score at `z`, without a graph."""
        with torch.no_grad():
            score, first = self.model.score_and_masses(state.mean + state.spread * z, _times(state))
            masses = (first, *self._ahead(state, z))
            return Evaluation(_mean_loss(terms, masses, readings), score, masses)

    def _slope(
        self,
        state: StepState,
        terms: tuple[Term, ...],
        z: Tensor,
        readings: tuple[Reading, ...],
        measure: Callable[[Tensor], tuple[AttentionMasses, ...]],
    ) -> Slope:
        # The caller may well be inside no_grad, as every sampler's caller is.
        with torch.enable_grad():
            leaf = z.detach().clone().requires_grad_(True)
            masses = measure(leaf)
            readings = readings or tuple(self.reading(m) for m in masses)
            loss = _mean_loss(terms, masses, readings)
            assert loss.requires_grad, "GuidedModel.masses must keep the graph back to x_t"
            (gradient,) = torch.autograd.grad(loss.sum(), leaf)
        real = state.frame_mask[:, None, :]
        gradient = gradient * real
        self._refuse_not_finite(state, loss, gradient)
        kept = tuple(m.detached() for m in masses)
        return Slope(loss.detach(), gradient, tangent(gradient, z * real), kept, readings)

    def _masses(self, state: StepState, z: Tensor) -> tuple[AttentionMasses, ...]:
        return (self.model.masses(state.mean + state.spread * z, _times(state)), *self._ahead(state, z))

    def _ahead(self, state: StepState, z: Tensor) -> tuple[AttentionMasses, ...]:
        if self.lookahead is None or not self.settings.lookahead:
            return ()
        return tuple(self.lookahead(state, z, self.settings.lookahead))

    def reading(self, masses: AttentionMasses) -> Reading:
        """What masses of this evaluation are read with; its layer weights are those found here, detached."""
        return Reading(
            self.queries,
            self.key_shares,
            fixed_weights(masses, self.queries),
            self.settings.gamma,
            self.settings.sums or self.objective.sums,
        )

    def _refuse_not_finite(self, state: StepState, loss: Tensor, gradient: Tensor) -> None:
        fine: Bool[Tensor, " batch"] = loss.isfinite() & gradient.isfinite().all(2).all(1)
        if not bool(fine.all()):
            raise InterpError(
                f"objective '{self.objective.name}': not finite at step {state.index} (t {state.t:.3f}) "
                f"for sample {int((~fine).nonzero()[0, 0])}; allowed are finite masses; try a smaller "
                "--step-share or another checkpoint"
            )


def _times(state: StepState) -> Float[Tensor, " batch"]:
    return torch.full((state.z.shape[0],), state.t, dtype=state.z.dtype, device=state.z.device)


def _mean_loss(
    terms: tuple[Term, ...], masses: tuple[AttentionMasses, ...], readings: tuple[Reading, ...]
) -> Float[Tensor, " batch"]:
    """Mean over the evaluations: one, or those along the lookahead."""
    losses = [objective_loss(terms, m, reading) for m, reading in zip(masses, readings, strict=True)]
    return torch.stack(losses).mean(0)
