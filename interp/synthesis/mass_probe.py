"""Masses for the report: read at one t, of a run and of its untuned twin on the same noise."""

from __future__ import annotations

from dataclasses import dataclass, field

from jaxtyping import Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.layers import fixed_weights
from guidance.masses import AttentionMasses
from guidance.objectives import Reading
from guidance.readout import MassReadout, read_masses
from guidance.windows import Windows
from interp.estimators.contract import BatchModel


def probe_index(windows: Windows, evaluation_times: tuple[float, ...]) -> int | None:
    """The first evaluation after the last one inside a window; None where there is none of either."""
    inside = [i for i, t in enumerate(evaluation_times) if windows.at(1 - t) is not None]
    if not inside or inside[-1] + 1 >= len(evaluation_times):
        return None
    return inside[-1] + 1


@dataclass
class MassProbe:
    """A score function that keeps the masses of one evaluation."""

    model: BatchModel
    t: float | None
    found: AttentionMasses | None = field(default=None)

    def __call__(self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]) -> Tensor:
        """The model's score; the masses too where t is the one to read at."""
        if self.t is None or abs(float(t[0]) - self.t) > 1e-6:
            return self.model.score(x_t, t)
        score, self.found = self.model.score_and_masses(x_t, t)
        return score

    def readouts(self, tuning: BoundObjective) -> list[MassReadout | None]:
        """Masses of every sample over the queries of the objective's last window, None if not read."""
        if self.found is None:
            return [None] * len(self.model.mu)
        settings = tuning.settings
        reading = Reading(
            tuning.queries,
            tuning.key_shares,
            fixed_weights(self.found, tuning.queries),
            settings.gamma,
            settings.sums or tuning.objective.sums,
        )
        terms = tuning.objective.terms(2) or tuning.objective.terms(1)
        return list(read_masses(terms, self.found, reading))
