"""An objective bound to a model and a batch: its slope and value by the evaluations that are visited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.layers import fixed_weights
from guidance.masses import AttentionMasses, GuidedModel
from guidance.objectives import Reading, objective_loss
from guidance.queries import QuerySets
from guidance.readout import MassReadout, read_masses
from guidance.settings import GuidanceSettings
from guidance.step import tangent
from guidance.step_state import StepState
from guidance.terms import Objective, Term
from masks.errors import InterpError


@dataclass(frozen=True)
class Visit:
    """Masses at one evaluation of the model, and the terms that read them there."""

    terms: tuple[Term, ...]
    masses: AttentionMasses


@dataclass(frozen=True)
class Slope:
    """The objective at some normals, with its gradient.

    Parameters
    ----------
    loss : (batch,)
    gradient : (batch, n_mels, frames), 0 on padding
    uphill : its part along the shell of constant norm
    visits : what the loss was read from, at one evaluation or several, without a graph
    readings : what they were read with; kept for the rest of the step, layer weights and all
    """

    loss: Float[Tensor, " batch"]
    gradient: Float[Tensor, "batch n_mels frames"]
    uphill: Float[Tensor, "batch n_mels frames"]
    visits: tuple[Visit, ...]
    readings: tuple[Reading, ...]

    @property
    def masses(self) -> tuple[AttentionMasses, ...]:
        """Those of every visit."""
        return tuple(v.masses for v in self.visits)


@dataclass(frozen=True)
class Evaluation:
    """The objective at some normals, without a graph, with the score where the whole network ran."""

    loss: Float[Tensor, " batch"]
    score: Float[Tensor, "batch n_mels frames"] | None
    masses: tuple[AttentionMasses, ...]


@dataclass(frozen=True)
class BoundObjective:
    """A model and an objective on one sentence or batch.

    Parameters
    ----------
    model : the model as three functions
    objective : table of terms
    queries : sets of queries per layer of the model
    key_shares : style group -> (batch,), its share among its reference's keys
    settings : gamma, sums, layers' weights are read by them
    queries_at : sets of queries of a step, where they depend on it; None: `queries` throughout
    """

    model: GuidedModel
    objective: Objective
    queries: QuerySets
    key_shares: Mapping[str, Float[Tensor, " batch"]]
    settings: GuidanceSettings
    queries_at: Callable[[StepState], QuerySets] | None = None

    def window_at(self, progress: float) -> int | None:
        """The window (1 or 2) in which the noise is tuned at this `progress`, None where it is not."""
        tunes = self.settings.enabled and self.settings.step_share > 0
        window = self.objective.windows_for(self.settings).at(progress) if tunes else None
        return window if window is not None and self.objective.terms(window) else None

    def slope(
        self,
        visit: Callable[[Tensor], tuple[Visit, ...]],
        z: Tensor,
        frame_mask: Tensor,
        readings: tuple[Reading, ...],
        *,
        n_normals: int = 1,
        queries: QuerySets | None = None,
    ) -> Slope:
        """Loss and gradient of what is visited from the normals `z`, with whatever graph leads there.

        Raises
        ------
        InterpError
            when the loss or its gradient is not finite
        """
        # The caller may well be inside no_grad, as every sampler's caller is.
        with torch.enable_grad():
            leaf = z.detach().clone().requires_grad_(True)
            visits = visit(leaf)
            readings = readings or tuple(self.reading(v.masses, queries) for v in visits)
            loss = mean_loss(visits, readings)
            assert loss.requires_grad, "GuidedModel.masses must keep the graph back to x_t"
            (gradient,) = torch.autograd.grad(loss.sum(), leaf)
        real = frame_mask[:, None, :]
        gradient = gradient * real
        self._refuse_not_finite(loss, gradient)
        kept = tuple(replace(v, masses=v.masses.detached()) for v in visits)
        return Slope(loss.detach(), gradient, tangent(gradient, z * real, n_normals), kept, readings)

    def reading(self, masses: AttentionMasses, queries: QuerySets | None = None) -> Reading:
        """What masses of this evaluation are read with; its layer weights are those found here, detached."""
        queries = queries or self.queries
        return Reading(
            queries,
            self.key_shares,
            fixed_weights(masses, queries),
            self.settings.gamma,
            self.settings.sums or self.objective.sums,
        )

    def readouts(self, masses: AttentionMasses) -> list[MassReadout]:
        """Masses of every sample over the queries of the objective's last terms."""
        return read_masses(self.objective.last_terms, masses, self.reading(masses))

    def losses(self, masses: AttentionMasses) -> Float[Tensor, " batch"]:
        """The objective of every sample, by its last terms."""
        return objective_loss(self.objective.last_terms, masses, self.reading(masses))

    def _refuse_not_finite(self, loss: Tensor, gradient: Tensor) -> None:
        fine: Bool[Tensor, " batch"] = loss.isfinite() & gradient.isfinite().all(2).all(1)
        if not bool(fine.all()):
            raise InterpError(
                f"objective '{self.objective.name}': not finite for sample {int((~fine).nonzero()[0, 0])}; "
                "allowed are finite masses; try a smaller --step-share or another checkpoint"
            )


def mean_loss(visits: Sequence[Visit], readings: tuple[Reading, ...]) -> Float[Tensor, " batch"]:
    """Mean of the objective over the evaluations visited."""
    losses = [objective_loss(v.terms, v.masses, reading) for v, reading in zip(visits, readings, strict=True)]
    return torch.stack(losses).mean(0)
