"""Which recordings follow their text: those whose mel moves as the text encoder's mean mel does.

Accent, wrong words and noise lower the correlation; voice and level, which are constant in time, do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from interp.estimators.speech_model import TextModel
from interp.train.dataset.bank import mean_mels
from interp.train.dataset.features import Features
from interp.train.text import TextExample

FLAT = 1e-6


def clearest(
    features: Sequence[Features], texts: Mapping[str, TextExample], encoder: TextModel, share: float
) -> list[Features]:
    """All variants of the ``share`` of the recordings whose mels follow their texts most closely.

    Parameters
    ----------
    features : variants of recordings; those without a text are left out
    texts : symbols and durations by the recording's key
    encoder : trained, style-free
    share : 0 to 1, of the recordings
    """
    variants: dict[str, list[Features]] = defaultdict(list)
    for item in features:
        if item.key in texts and texts[item.key].durations.sum() == item.mel.shape[1]:
            variants[item.key].append(item)
    mus = mean_mels(encoder, {key: texts[key] for key in variants})
    found = {key: _mean_likeness(items, mus[key].T.float().numpy()) for key, items in variants.items()}
    best = sorted(found, key=lambda key: -found[key])[: round(share * len(found))]
    return [item for key in best for item in variants[key]]


def _mean_likeness(items: Sequence[Features], mu: Float[np.ndarray, "n_mels frames"]) -> float:
    return float(np.mean([likeness(item.mel.astype(np.float32), mu) for item in items]))


def likeness(mel: Float[np.ndarray, "n_mels frames"], mu: Float[np.ndarray, "n_mels frames"]) -> float:
    """Correlation over time of two mels, its mean over bins; -1 to 1, blind to each bin's level and scale."""
    a, b = (x - x.mean(1, keepdims=True) for x in (mel, mu))
    spread = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    return float(((a * b).sum(1) / np.maximum(spread, FLAT)).mean())
