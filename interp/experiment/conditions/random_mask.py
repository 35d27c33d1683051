"""Control: the objective is tuned over random cells of equal area, of the target and of both references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from guidance.queries import QuerySets
from interp.estimators.bin.bound import BoundModel
from interp.estimators.bin.network import KeyBank
from interp.estimators.contract import Binding, Piece
from interp.estimators.parts.joint_attention import WideKeys, widen_keys
from interp.experiment.bench import Bench
from interp.experiment.made import Made
from interp.experiment.spec import Setting
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from masks.errors import InterpError
from masks.groups import KINDS, REFERENCES, group

CELLS_SEED = 5_000_003


@dataclass(frozen=True)
class RandomMask:
    """The network hears the references as ever: with ``attend: joint`` groups only say what is summed."""

    changes: Mapping[str, Setting] = field(default_factory=dict)

    def __call__(self, bench: Bench, trials: Sequence[Trial], settings: SynthSettings) -> list[Made]:
        """See `Condition`.

        Raises
        ------
        InterpError
            With attention weights, classifier-free guidance or a model where groups are more than sums.
        """
        if settings.attend != "joint" or settings.cfg_pitch != 1.0 or settings.cfg_rest != 1.0:
            raise InterpError(
                "random_mask: needs attend joint and no classifier-free guidance; there groups are sums alone"
            )
        pieces = bench.pieces(trials, settings)
        return bench.finish(bench.run(pieces, settings, change=scrambled), pieces, settings)


def scrambled(binding: Binding, pieces: Sequence[Piece]) -> Binding:
    """The same model with pitch and rest drawn anew: as many keys and queries of each as there were.

    Raises
    ------
    InterpError
        When the model has no groups of keys.
    """
    model = binding.model
    if not isinstance(model, BoundModel):
        raise InterpError("random_mask: this checkpoint has no groups of keys; leave the condition out")
    generators = [torch.Generator().manual_seed(p.seed + CELLS_SEED) for p in pieces]
    bank = _scrambled_bank(model.bank, generators)
    queries = _scrambled_queries(binding.tuning.queries, generators)
    mixed = replace(model, bank=bank)
    return replace(
        binding,
        model=mixed,
        tuning=replace(binding.tuning, model=mixed, queries=queries, queries_at=None),
    )


def _scrambled_bank(bank: KeyBank, generators: Sequence[torch.Generator]) -> KeyBank:
    membership = bank.membership.clone()
    for rows, generator in zip(membership, generators, strict=True):
        for reference in REFERENCES:
            of_ref = [group(kind, reference) for kind in KINDS]
            _shuffle(rows, rows[:, of_ref].sum(1) > 0, generator)
    n = membership.shape[-1]
    layers: dict[int, WideKeys] = {
        i: widen_keys(wide.keys[..., :-n], wide.values[..., :-n], membership)
        for i, wide in bank.layers.items()
    }
    return KeyBank(layers, membership)


def _scrambled_queries(queries: QuerySets, generators: Sequence[torch.Generator]) -> QuerySets:
    first = queries.sets[0]
    if "pitch" not in first:
        raise InterpError("random_mask: this mode has no pitch queries; leave the condition out")
    pitch = first["pitch"].clone()
    for row, everything, generator in zip(pitch, first["all"], generators, strict=True):
        _shuffle(row, everything > 0, generator)
    mixed = {**first, "pitch": pitch, "rest": first["all"] - pitch}
    return QuerySets((mixed,) * len(queries.sets), queries.usable)


def _shuffle(rows: Tensor, chosen: Tensor, generator: torch.Generator) -> None:
    """Shuffle the chosen rows among themselves, in place."""
    at = chosen.nonzero()[:, 0]
    order = torch.randperm(len(at), generator=generator).to(at.device)
    rows[at] = rows[at[order]]
