"""References of a batch as the `bin` estimator takes them: padded, stacked, in model units."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from interp.audio.reference import ReferenceFeatures
from interp.estimators.parts.reference_tokens import References
from interp.estimators.speech_model import SpeechModel


def stack_references(pairs: Sequence[Sequence[ReferenceFeatures]], model: SpeechModel) -> References:
    """The references of a batch of sentences, padded to one length, in model units.

    Parameters
    ----------
    pairs : for every sentence reference 1 and reference 2
    """
    longest = max(r.mel.shape[1] for pair in pairs for r in pair)
    device = next(model.parameters()).device
    rows = [[_padded(r, longest, model) for r in pair] for pair in pairs]
    fields = zip(*(zip(*row, strict=True) for row in rows), strict=True)
    return References(*(torch.stack([torch.stack(pair) for pair in field]) for field in fields)).to(device)


def _padded(reference: ReferenceFeatures, longest: int, model: SpeechModel) -> tuple[Tensor, ...]:
    """Fields of `References` for one reference, in their order."""
    n_frames = reference.mel.shape[1]
    pad = (0, longest - n_frames)

    def grow(x: Tensor) -> Tensor:
        return torch.nn.functional.pad(x, pad)

    return (
        grow(model.to_model_units(torch.from_numpy(reference.mel).float())),
        grow(torch.from_numpy(reference.f0_hz).float()),
        grow(torch.from_numpy(reference.mask)),
        grow(torch.ones(n_frames, dtype=torch.bool)),
        torch.from_numpy(reference.voice),
        grow(torch.arange(n_frames) / n_frames),
    )
