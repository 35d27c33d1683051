"""Masses for people to read: per key group over the objective's queries, raw and relative to key share."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.objectives import Reading, Term, key_share, relative_mass, term_grids, weighted_mean


@dataclass(frozen=True)
class MassReadout:
    """Masses of one sample.

    Parameters
    ----------
    raw : group -> attention mass, in [0, 1]
    relative : group -> its mass per key share against that of the other reference's group of its kind; 0.5 is
        indifference
    """

    raw: dict[str, float]
    relative: dict[str, float]


def read_masses(terms: tuple[Term, ...], masses: AttentionMasses, reading: Reading) -> list[MassReadout]:
    """Masses of every style group, for every sample.

    A group is read over the queries of the terms that name it, or of all terms when none does; layers
    count as they do for the objective.

    Parameters
    ----------
    terms : of the window that is read
    reading : its `key_shares` say which groups are style groups
    """
    raw = {group: _group_mass(group, terms, masses, reading) for group in reading.key_shares}
    relative = {group: _relative(group, raw, reading) for group in raw}
    batch = masses.mass[0].shape[0]
    return [
        MassReadout(
            {group: float(value[sample]) for group, value in raw.items()},
            {group: float(value[sample]) for group, value in relative.items()},
        )
        for sample in range(batch)
    ]


def _group_mass(
    group: str, terms: tuple[Term, ...], masses: AttentionMasses, reading: Reading
) -> Float[Tensor, " batch"]:
    column = masses.columns((group,))[0]
    readers = [t for t in terms if column in masses.columns(t.groups + t.against)] or list(terms)
    return torch.stack([_mean_mass(term, masses, reading)[:, column] for term in readers]).mean(0)


def _mean_mass(term: Term, masses: AttentionMasses, reading: Reading) -> Float[Tensor, "batch groups"]:
    grids = term_grids(term, masses, reading)
    means = torch.stack([weighted_mean(grid.mass, grid.on[..., None], 1) for grid in grids])
    return weighted_mean(means, torch.stack([grid.weight for grid in grids])[..., None], 0)


def _relative(
    group: str, raw: dict[str, Float[Tensor, " batch"]], reading: Reading
) -> Float[Tensor, " batch"]:
    others = tuple(name for name in raw if name != group and _kind(name) == _kind(group))
    mine = raw[group][:, None]
    other = sum((raw[name][:, None] for name in others), torch.zeros_like(mine))
    shares = (key_share(names, reading, mine[..., None]) for names in ((group,), others))
    return relative_mass(mine, other, *shares)[:, 0]


def _kind(group: str) -> str:
    """``pitch`` of ``ref1.pitch``; references as a whole are of one kind."""
    return group.partition(".")[2]
