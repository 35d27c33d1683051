"""Vocoders by name; Griffin-Lim is the one that always works."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from interp.vocoders.contract import Vocoder
from interp.vocoders.griffin_lim import GriffinLim
from interp.vocoders.neural.vocoder import NeuralVocoder
from masks.errors import InterpError
from masks.grid import MelGrid

VOCODERS: Mapping[str, Callable[[MelGrid], Vocoder]] = {
    "griffin-lim": GriffinLim,
    "neural": NeuralVocoder.load,
}


def make_vocoder(name: str, grid: MelGrid) -> Vocoder:
    """Vocoder by its registered name.

    Raises
    ------
    InterpError
        When no vocoder has that name, or its weights are not there or will not do.
    """
    if name not in VOCODERS:
        raise InterpError(f"vocoder: {name!r} is unknown; choose one of {', '.join(sorted(VOCODERS))}")
    return VOCODERS[name](grid)


def sound_of(vocoder: Vocoder, mel: Float[np.ndarray, "n_mels frames"]) -> Float[np.ndarray, " samples"]:
    """The sound of a mel, made quieter where it would exceed full scale."""
    wav = vocoder(mel)
    return wav / max(1.0, float(np.abs(wav).max(initial=0.0)))
