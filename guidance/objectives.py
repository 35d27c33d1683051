"""The one function that evaluates an objective's terms over attention masses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from guidance.layers import LayerWeights
from guidance.masses import AttentionMasses, belongs_to
from guidance.queries import QuerySets
from guidance.settings import Sums
from guidance.terms import Term
from masks.groups import GROUP_NAMES, NULL

# Keeps logs finite: far below any mass that matters (a query over 1,000 even keys puts 1e-3 on each).
EPS = 1e-6


@dataclass(frozen=True)
class Reading:
    """What masses are read with; the same for all samples' whole tuning step.

    Parameters
    ----------
    queries : sets of queries per layer of the model
    key_shares : group name -> (batch,), share of the group among its reference's keys, in [0, 1]
    layer_weights : weights of the layers that the masses hold
    gamma : weight of the rest terms
    sums : ``log``: wanted is -log m, unwanted -log(1 - m), bounded once won. ``linear``: -m and m
    """

    queries: QuerySets
    key_shares: Mapping[str, Float[Tensor, " batch"]]
    layer_weights: LayerWeights
    gamma: float
    sums: Sums


def objective_loss(
    terms: tuple[Term, ...], masses: AttentionMasses, reading: Reading
) -> Float[Tensor, " batch"]:
    """Loss of every sample, in float32 or better whatever the model ran in; low is what the objective wants.

    A term whose set of queries is empty in a sample adds 0 there.

    Raises
    ------
    InterpError
        when a term names groups or queries that do not exist
    """
    with torch.autocast(masses.mass[0].device.type, enabled=False):
        values = [_factor(term, reading) * _term_value(term, masses, reading) for term in terms]
        return torch.stack(values).sum(0)


def _factor(term: Term, reading: Reading) -> float:
    return reading.gamma if term.coefficient == "gamma" else term.coefficient


def _term_value(term: Term, masses: AttentionMasses, reading: Reading) -> Float[Tensor, " batch"]:
    values, weights = [], []
    for grid in term_grids(term, masses, reading):
        mass, on = grid.mass, grid.on
        if term.average == "mass":
            mass, on = weighted_mean(mass, on[..., None], 1)[:, None], torch.ones_like(on[:, :1])
        loss = _penalty(term_mass(term, mass, masses, reading), term.want, reading.sums)
        values.append(weighted_mean(loss, on, 1))
        weights.append(grid.weight)
    return weighted_mean(torch.stack(values), torch.stack(weights), 0)


@dataclass(frozen=True)
class Grid:
    """Masses of one layer, or of all layers of one grid averaged, with the queries read there."""

    mass: Float[Tensor, "batch queries groups"]
    on: Float[Tensor, "batch queries"]
    weight: Float[Tensor, " batch"]


def term_grids(term: Term, masses: AttentionMasses, reading: Reading) -> list[Grid]:
    """Masses that a term reads: per layer, or per grid size where logs are averaged over queries."""
    weights = reading.layer_weights.of(term.queries)
    together: dict[int, list[int]] = {}
    for i, mass in enumerate(masses.mass):
        together.setdefault(mass.shape[1] if term.average == "log" else i, []).append(i)
    return [_grid(term.queries, members, masses, weights, reading.queries) for members in together.values()]


def _grid(
    name: str,
    members: list[int],
    masses: AttentionMasses,
    weights: Float[Tensor, "layers batch"],
    queries: QuerySets,
) -> Grid:
    mass = torch.stack([_precise(masses.mass[i]) for i in members])
    weight = weights[members].to(mass)
    on = queries.of_layer(masses.layers[members[0]], name).to(mass)
    mean = weighted_mean(mass, weight[..., None, None], 0)
    return Grid(mean, on, weight.sum(0) * (on.sum(1) > 0))


def term_mass(
    term: Term, mass: Float[Tensor, "batch queries groups"], masses: AttentionMasses, reading: Reading
) -> Float[Tensor, "batch queries"]:
    """Mass on a term's groups, or their relative mass where the term weighs them against others."""
    mine = mass[..., masses.columns(term.groups)].sum(-1)
    if not term.against:
        return mine
    null = GROUP_NAMES[NULL]
    against = tuple(name for name in term.against if name != null)
    other = mass[..., masses.columns(against)].sum(-1)
    neither = mass[..., masses.columns((null,))].sum(-1) if null in term.against else None
    return relative_mass(
        mine, other, key_share(term.groups, reading, mass), key_share(against, reading, mass), neither
    )


def relative_mass(
    mine: Float[Tensor, "batch queries"],
    other: Float[Tensor, "batch queries"],
    mine_share: Float[Tensor, " batch"],
    other_share: Float[Tensor, " batch"],
    neither: Float[Tensor, "batch queries"] | None = None,
) -> Float[Tensor, "batch queries"]:
    """Mass per key share, normalised over the answers: 0.5 where a query is indifferent between two.

    ``neither`` is the mass on the null key, the answer that no reference is meant; its share is 1.
    """
    a = mine / mine_share.clamp(min=EPS)[:, None] + EPS
    b = other / other_share.clamp(min=EPS)[:, None] + EPS
    return a / (a + b) if neither is None else a / (a + b + neither)


def key_share(
    groups: tuple[str, ...], reading: Reading, like: Float[Tensor, "batch queries groups"]
) -> Float[Tensor, " batch"]:
    """Summed share of `groups` among the keys of their references, (batch,)."""
    parts = [
        share.to(like)
        for known, share in reading.key_shares.items()
        if any(belongs_to(known, name) for name in groups)
    ]
    return torch.stack(parts).sum(0) if parts else like.new_ones(like.shape[0])


def _penalty(mass: Float[Tensor, "batch queries"], want: str, sums: Sums) -> Float[Tensor, "batch queries"]:
    if sums == "linear":
        return -mass if want == "more" else mass
    # Rounding can lift a sum of masses above 1.
    return -((mass if want == "more" else (1 - mass).clamp(min=0)) + EPS).log()


def weighted_mean(values: Tensor, weights: Tensor, dim: int) -> Tensor:
    """Mean along `dim`; 0 where all weights are 0."""
    total = weights.expand_as(values).sum(dim)
    return (values * weights).sum(dim) / total.clamp(min=torch.finfo(values.dtype).tiny)


def _precise(mass: Tensor) -> Tensor:
    return mass.to(torch.promote_types(mass.dtype, torch.float32))
