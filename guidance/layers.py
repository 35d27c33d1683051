"""Which attention layers an objective reads, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.queries import QuerySets
from guidance.settings import LAYER_CHOICES, MIDDLE, SECOND_HALF
from masks.errors import InterpError
from masks.groups import KINDS


@dataclass(frozen=True)
class LayerWeights:
    """Weights of the layers that were read, detached; they sum to 1 over the layers of each sample.

    Fixed for a whole tuning step, or an objective would fall by shrinking the branches that speak against it.
    """

    plain: Float[Tensor, "layers batch"]
    band_wise: Float[Tensor, "layers batch"]

    def of(self, queries: str) -> Float[Tensor, "layers batch"]:
        """The weights for terms that read the set of queries of this name."""
        return self.band_wise if queries.rpartition(".")[2] in KINDS else self.plain


def resolve_layers(choice: str | tuple[int, ...], n_layers: int) -> tuple[int, ...]:
    """Indices of the layers that `choice` means in a model of `n_layers` style attention layers.

    Raises
    ------
    InterpError
        when an index lies beyond the model's layers
    """
    if choice == MIDDLE:
        return (n_layers // 2,)
    if choice == SECOND_HALF:
        return tuple(range(n_layers // 2, n_layers))
    assert not isinstance(choice, str)
    beyond = [i for i in choice if not 0 <= i < n_layers]
    if beyond:
        raise InterpError(
            f"guidance: layers {beyond} do not exist, allowed: 0 to {n_layers - 1}, "
            f"or {' or '.join(LAYER_CHOICES)}; change --layers"
        )
    return tuple(sorted(choice))


def fixed_weights(masses: AttentionMasses, queries: QuerySets) -> LayerWeights:
    """Normalised weights of the layers of `masses`, plain and with the layers that are too coarse left out.

    A sample for which every layer is too coarse keeps all of them: a blurred reading is better than none.

    Raises
    ------
    InterpError
        when the layers contribute nothing at all
    """
    weight = masses.weight.detach()
    weight = weight.to(torch.promote_types(weight.dtype, torch.float32))
    batch = masses.mass[0].shape[0]
    weight = weight[:, None].expand(-1, batch) if weight.ndim == 1 else weight
    total = weight.sum(0)
    if not bool((total > 0).all()):
        raise InterpError(
            f"guidance: layers {list(masses.layers)} contribute nothing (gate times branch is 0); "
            "choose others with --layers"
        )
    plain = weight / total
    usable = weight * usable_layers(queries, masses.layers, batch).to(weight)
    fine = usable.sum(0)
    band_wise = torch.where(fine > 0, usable / fine.clamp(min=torch.finfo(fine.dtype).tiny), plain)
    return LayerWeights(plain, band_wise)


def usable_layers(queries: QuerySets, layers: tuple[int, ...], batch: int) -> Bool[Tensor, "layers batch"]:
    """Where a layer's grid is fine enough to tell pitch queries from the rest."""
    if queries.usable is None:
        return torch.ones(len(layers), batch, dtype=torch.bool)
    return queries.usable[list(layers)]


def left_out(weights: LayerWeights, layers: tuple[int, ...], sample: int) -> tuple[int, ...]:
    """Layers that count in general and yet not for band-wise terms, of one sample."""
    gone = (weights.plain[:, sample] > 0) & (weights.band_wise[:, sample] == 0)
    return tuple(layer for layer, out in zip(layers, gone.tolist(), strict=True) if out)
