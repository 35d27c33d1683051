"""A model that counts what it is asked, and notes the masses at every point that the sampler used."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.objectives import objective_loss
from guidance.readout import read_masses
from interp.diffusion.sampler import StepState
from interp.estimators.contract import BatchModel, Binding
from interp.experiment.made import Cost, Masses
from masks.groups import STYLE_GROUPS

Rows = list[list[float]]  # by sample and group


@dataclass
class Counted:
    """A `BatchModel` that counts, in evaluations of the network for a whole batch.

    Parameters
    ----------
    model : what answers
    branches : evaluations that one score takes: more than 1 with classifier-free guidance
    """

    model: BatchModel
    branches: int = 1
    evaluations: int = 0
    gradients: int = 0
    last: AttentionMasses | None = field(default=None)

    @property
    def mu(self) -> Float[Tensor, "batch n_mels frames"]:
        """Mean mel, model units."""
        return self.model.mu

    @property
    def frame_mask(self) -> Bool[Tensor, "batch frames"]:
        """True on real frames."""
        return self.model.frame_mask

    def masses(self, x_t: Tensor, t: Tensor) -> AttentionMasses:
        """Masses with a graph."""
        self.gradients += 1
        return self.model.masses(x_t, t)

    def score(self, x_t: Tensor, t: Tensor) -> Tensor:
        """Score, the masses of the same evaluation being kept."""
        return self.score_and_masses(x_t, t)[0]

    def score_and_masses(self, x_t: Tensor, t: Tensor) -> tuple[Tensor, AttentionMasses]:
        """Both of one evaluation."""
        self.evaluations += self.branches
        score, self.last = self.model.score_and_masses(x_t, t)
        return score, self.last

    @property
    def cost(self) -> Cost:
        """Evaluations so far; not the time."""
        return Cost(self.evaluations, self.gradients)


@dataclass
class Witness:
    """Notes masses after every step of the sampler (`on_step`).

    The last evaluation before a step is taken is always the one at the x_t that the step starts from: the
    tuner's line search ends with it, and a plain step makes no other.

    Parameters
    ----------
    counted : the model that the sampler asks
    reader : reads the masses; its model is asked once more a step where ``ask_reader`` is set, because the
        sampler's own model has other groups
    """

    counted: Counted
    reader: Binding
    ask_reader: bool = False
    _rows: list[tuple[float, Rows, Rows, list[float]]] = field(default_factory=list)

    def __call__(self, state: StepState, _: Tensor) -> None:
        """Note the masses of a step that was taken."""
        masses = self.counted.last
        if self.ask_reader:
            _, masses = self.reader.model.score_and_masses(state.x_t, state.times)
        assert masses is not None
        self._rows.append((state.t, *self._read(masses)))

    def of(self, sample: int) -> Masses:
        """What was noted of one sample."""
        t, raw, relative, loss = zip(*self._rows, strict=True)
        numbers = [np.array([row[sample] for row in rows]) for rows in (raw, relative, loss)]
        return Masses(np.array(t), *numbers)

    def _read(self, masses: AttentionMasses) -> tuple[Rows, Rows, list[float]]:
        tuning = self.reader.tuning
        reading = tuning.reading(masses)
        terms = tuning.objective.terms(2) or tuning.objective.terms(1)
        found = read_masses(terms, masses, reading)
        names = [name for name in STYLE_GROUPS if name in found[0].raw]
        raw = [[m.raw[name] for name in names] for m in found]
        relative = [[m.relative[name] for name in names] for m in found]
        return raw, relative, objective_loss(terms, masses, reading).tolist()
