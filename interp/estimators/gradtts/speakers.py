"""Speakers of a Grad-TTS checkpoint: numbers checked, and the speaker plane composed cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from interp.estimators.contract import TargetCells
from interp.estimators.gradtts.model import GradTTS
from masks.errors import InterpError


def require_speakers(speakers: Sequence[int | None], n_spks: int) -> None:
    """Check the numbers of speaker 1, speaker 2 against a model of several speakers.

    Raises
    ------
    InterpError
        Naming every number that is missing or too large.
    """
    allowed = f"0 to {n_spks - 1}"
    problems = [
        f"speaker{i} is missing" if speaker is None else f"speaker{i}: {speaker} is none of this checkpoint's"
        for i, speaker in enumerate(speakers, start=1)
        if speaker is None or not 0 <= speaker < n_spks
    ]
    if problems:
        raise InterpError(
            f"{'; '.join(problems)}; it has {n_spks} speakers, {allowed}: "
            f"--set speaker1=0 --set speaker2={n_spks - 1}"
        )


def share_of_speaker1(
    targets: Sequence[TargetCells], n_frames: int, device: torch.device
) -> Float[Tensor, "batch n_mels frames"]:
    """How much of speaker 1 there is in every cell: its span in temp mode, else the pitch cells."""
    shares = []
    for target in targets:
        cells = torch.from_numpy(target.pitch).float()
        share = cells if target.spans is None else target.spans[0].float().expand_as(cells)
        shares.append(torch.nn.functional.pad(share, (0, n_frames - share.shape[1])))
    return torch.stack(shares).to(device)


def composed_plane(
    model: GradTTS,
    speakers: tuple[int, int],
    share: Float[Tensor, "batch n_mels frames"],
) -> Float[Tensor, "batch n_mels frames"]:
    """The speaker plane with ``share`` of speaker 1 in every cell and speaker 2 in the remainder.

    A cell is exactly one speaker's where the share is 0 or 1 or the two speakers are the same.
    """
    # One at a time, as Grad-TTS speaks: a product over a batch of two may differ in the last bit.
    numbers = (torch.tensor([speaker], device=share.device) for speaker in speakers)
    first, second = (
        model.estimator.speaker_plane(model.spk_emb(number), share.shape[-1]).expand_as(share)
        for number in numbers
    )
    return torch.lerp(second, first, share)
