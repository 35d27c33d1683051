"""What guidance knows of a model: three functions, and the attention masses that two of them return."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from jaxtyping import Float
from torch import Tensor

from masks.errors import InterpError


@dataclass(frozen=True)
class AttentionMasses:
    """Attention mass on each group of keys, per layer and query, at one evaluation of the estimator.

    Parameters
    ----------
    layers : indices of the style attention layers, counted over the whole model
    mass : per layer (batch, queries of that layer, groups), mean over heads, in [0, 1]; a query's sum to 1
    weight : (layers,) or (layers, batch), what each layer contributes: its gate times its branch's norm
    group_names : names of the first columns of `mass`; further columns are alignment and are never read
    """

    layers: tuple[int, ...]
    mass: tuple[Float[Tensor, "batch _ groups"], ...]
    weight: Float[Tensor, " layers"] | Float[Tensor, "layers batch"]
    group_names: tuple[str, ...]

    def columns(self, groups: tuple[str, ...]) -> list[int]:
        """Columns of `mass` that hold `groups`; a name such as ``ref1`` stands for all of ``ref1.*``.

        Raises
        ------
        InterpError
            when a group is not among the model's
        """
        found = [
            [i for i, known in enumerate(self.group_names) if belongs_to(known, name)] for name in groups
        ]
        for name, columns in zip(groups, found, strict=True):
            if not columns:
                raise InterpError(
                    f"objective: group '{name}' is none of this model's ({', '.join(self.group_names)}); "
                    "name one of these in the objective's table"
                )
        return [i for columns in found for i in columns]

    def detached(self) -> AttentionMasses:
        """The same masses without their graph."""
        return replace(self, mass=tuple(mass.detach() for mass in self.mass))


def belongs_to(group: str, name: str) -> bool:
    """Whether the group ``ref1.pitch`` is meant by the name ``ref1.pitch`` or by ``ref1``."""
    return group == name or group.startswith(name + ".")


class GuidedModel(Protocol):
    """The model as three functions of ``x_t`` and ``t``, with references and text bound."""

    def masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> AttentionMasses:
        """Masses with a graph back to `x_t`; stops after the last layer that is asked for."""
        ...

    def score(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> Float[Tensor, "batch n_mels frames"]:
        """Score at `x_t`; no graph is wanted."""
        ...

    def score_and_masses(
        self, x_t: Float[Tensor, "batch n_mels frames"], t: Float[Tensor, " batch"]
    ) -> tuple[Float[Tensor, "batch n_mels frames"], AttentionMasses]:
        """Score and masses of one evaluation; no graph is wanted."""
        ...
