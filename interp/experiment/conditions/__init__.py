"""Every condition by name: the tuned noise, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping

from interp.experiment.conditions.best_of import BestOfByF0, BestOfByMass
from interp.experiment.conditions.contract import UNGUIDED, Condition
from interp.experiment.conditions.mixtures import REF1_ONLY, REF2_ONLY, MeanScore, MelSplice, Psola
from interp.experiment.conditions.plain import OTHER_SEED, Plain
from interp.experiment.conditions.random_displacement import RandomDisplacement
from interp.experiment.conditions.random_mask import RandomMask
from interp.experiment.conditions.shuffled_f0 import ShuffledF0

__all__ = ["CONDITIONS", "Condition"]

SHARPER = 2.0

CONDITIONS: Mapping[str, Condition] = {
    "guided": Plain(),
    "unguided": Plain(UNGUIDED),
    "unguided_other_seed": Plain(UNGUIDED, seed_offset=OTHER_SEED),
    "random_displacement": RandomDisplacement(),
    "best_of_2": BestOfByMass(2),
    "best_of_8": BestOfByMass(8),
    "best_of_32": BestOfByMass(32),
    "best_of_8_by_f0": BestOfByF0(8),
    "random_mask": RandomMask(),
    "shuffled_f0": ShuffledF0(),
    "swapped": Plain(order=(1, 0)),
    "weighted": Plain({**UNGUIDED, "attend": "weighted"}),
    "masked": Plain({**UNGUIDED, "attend": "masked"}),
    "cfg_pitch": Plain({**UNGUIDED, "cfg_pitch": SHARPER}),
    "cfg_rest": Plain({**UNGUIDED, "cfg_rest": SHARPER}),
    "ref1_only": REF1_ONLY,
    "ref2_only": REF2_ONLY,
    "mean_attention": MeanScore(),
    "mel_splice": MelSplice(),
    "psola": Psola(),
}
