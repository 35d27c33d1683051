"""Who speaks: the teacher's voices, and mixes of two or three of them, some with their formants moved."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from interp.corpus.voices import HOME_HZ, UNSEEN

N_MIXES = 150
_MIX_SEED = "mixes of voices"
_EVENNESS = 1.5  # of the Dirichlet distribution of shares
_LARGEST_LOG_RATIO = 0.14


@dataclass(frozen=True)
class Timbre:
    """A timbre.

    Parameters
    ----------
    weights : voices and their shares, which sum to 1
    ratio : factor of all formants
    """

    name: str
    weights: tuple[tuple[str, float], ...]
    ratio: float = 1.0

    @property
    def home_hz(self) -> float:
        """Median F0 that its voices have by themselves, weighted, times the ratio."""
        return self.ratio * math.exp(sum(share * math.log(HOME_HZ[v]) for v, share in self.weights))

    def has_a_voice_of(self, other: Timbre) -> bool:
        """Whether the two share a voice."""
        return not {v for v, _ in self.weights}.isdisjoint(v for v, _ in other.weights)


@lru_cache(maxsize=1)
def timbres() -> Mapping[str, Timbre]:
    """All timbres by name: the voices as they are, then the mixes, which are the same in every corpus."""
    rng = random.Random(_MIX_SEED)
    pool = [v for v in HOME_HZ if v not in UNSEEN]
    mixes = [_mix(rng, f"mixed{k:03d}", pool, scaled=k % 2 == 1) for k in range(N_MIXES)]
    return {t.name: t for t in [*(Timbre(v, ((v, 1.0),)) for v in HOME_HZ), *mixes]}


def _mix(rng: random.Random, name: str, pool: list[str], scaled: bool) -> Timbre:
    voices = rng.sample(pool, rng.choice((2, 3)))
    shares = [rng.gammavariate(_EVENNESS, 1.0) for _ in voices]
    weights = tuple((v, share / sum(shares)) for v, share in zip(voices, shares, strict=True))
    ratio = math.exp(rng.uniform(-_LARGEST_LOG_RATIO, _LARGEST_LOG_RATIO)) if scaled else 1.0
    return Timbre(name, weights, ratio)
