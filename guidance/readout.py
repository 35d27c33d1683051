"""Masses for people to read: per key group over the objective's queries, raw and relative to key share."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from guidance.masses import AttentionMasses
from guidance.objectives import Reading, key_share, relative_mass, term_grids, weighted_mean
from guidance.terms import Term


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

    A group is read over the queries of the terms that want more or less of it; where none does, of those that
    weigh others against it; else of all. Its relative mass compares it with the other reference's group over
    these same queries. Layers count as they do for the objective.

    Parameters
    ----------
    terms : of the window that is read
    reading : its `key_shares` say which groups are style groups
    """
    found = {group: _read_group(group, terms, masses, reading) for group in reading.key_shares}
    batch = masses.mass[0].shape[0]
    return [
        MassReadout(
            {group: float(raw[sample]) for group, (raw, _) in found.items()},
            {group: float(relative[sample]) for group, (_, relative) in found.items()},
        )
        for sample in range(batch)
    ]


def _read_group(
    group: str, terms: tuple[Term, ...], masses: AttentionMasses, reading: Reading
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Mass and relative mass of a group."""
    column = masses.columns((group,))[0]
    wanted = [t for t in terms if column in masses.columns(t.groups)]
    readers = wanted or [t for t in terms if column in masses.columns(t.against)] or list(terms)
    mass = torch.stack([_mean_mass(term, masses, reading) for term in readers]).mean(0)
    others = tuple(name for name in reading.key_shares if name != group and _kind(name) == _kind(group))
    mine = mass[:, [column]]
    other = mass[:, masses.columns(others)].sum(1, keepdim=True) if others else torch.zeros_like(mine)
    shares = (key_share(names, reading, mine[..., None]) for names in ((group,), others))
    return mine[:, 0], relative_mass(mine, other, *shares)[:, 0]


def _mean_mass(term: Term, masses: AttentionMasses, reading: Reading) -> Float[Tensor, "batch groups"]:
    grids = term_grids(term, masses, reading)
    means = torch.stack([weighted_mean(grid.mass, grid.on[..., None], 1) for grid in grids])
    return weighted_mean(means, torch.stack([grid.weight for grid in grids])[..., None], 0)


def _kind(group: str) -> str:
    """``pitch`` of ``ref1.pitch``; references as a whole are of one kind."""
    return group.partition(".")[2]
