"""All training features in flat arrays of frames, so that a batch is one gather."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from interp.audio.voice_vector import voice_vector
from interp.estimators.speech_model import TextModel
from interp.text.symbols import BLANK_ID
from interp.train.dataset.features import WIDE, Features
from interp.train.text import TextExample
from masks.grid import MelGrid
from masks.pitch import pitch_mask
from masks.target import N_HARMONICS

LOW_BINS = 40  # the first harmonics of any F0 lie below
CHUNK_FRAMES = 50_000
MU_BATCH = 32


@dataclass(frozen=True)
class FeatureBank:
    """Frames of all items, one after another; item i has frames ``starts[i]`` to ``starts[i] + lengths[i]``.

    Shapes, F frames in all, N items: ``mel`` (F, n_mels) float16 log mel, ``mu`` (M, n_mels) float16 in
    model units with item i's first frame at ``mu_starts[i]``, ``f0_hz`` (F,), ``fine_pitch`` (F, fine_bins)
    bool: cells near resolved harmonics, ``low_pitch`` (F, LOW_BINS) bool: cells near the first harmonics,
    ``voice`` (N, V); on the CPU as numpy: ``voice_id`` (N,), ``speaker_id`` (N,), ``ratio`` (N,),
    ``log_f0`` (N,) median, ``prompt_id`` (N,), ``recording_id`` (N,), ``wide`` (N,) bool,
    ``contour`` (N,) number of its course of F0, -1 for recordings, ``starts``,
    ``lengths``, and ``boundaries``, the frames at which a phone begins.
    """

    mel: Float[Tensor, "frames n_mels"]
    mu: Float[Tensor, "mu_frames n_mels"]
    f0_hz: Float[Tensor, " frames"]
    fine_pitch: Bool[Tensor, "frames fine_bins"]
    low_pitch: Bool[Tensor, "frames low_bins"]
    voice: Float[Tensor, "items voice"]
    voice_id: Int[np.ndarray, " items"]
    speaker_id: Int[np.ndarray, " items"]
    ratio: Float[np.ndarray, " items"]
    log_f0: Float[np.ndarray, " items"]
    prompt_id: Int[np.ndarray, " items"]
    recording_id: Int[np.ndarray, " items"]
    wide: Bool[np.ndarray, " items"]
    contour: Int[np.ndarray, " items"]
    starts: Int[np.ndarray, " items"]
    mu_starts: Int[np.ndarray, " items"]
    lengths: Int[np.ndarray, " items"]
    voiced: Bool[np.ndarray, " frames"]
    boundaries: tuple[Int[np.ndarray, " phones"], ...]

    def to(self, device: torch.device | str) -> FeatureBank:
        """The same with its tensors on another device."""
        return replace(
            self,
            mel=self.mel.to(device),
            mu=self.mu.to(device),
            f0_hz=self.f0_hz.to(device),
            fine_pitch=self.fine_pitch.to(device),
            low_pitch=self.low_pitch.to(device),
            voice=self.voice.to(device),
        )


def build_bank(
    features: Sequence[Features],
    texts: Mapping[str, TextExample],
    encoder: TextModel,
    grid: MelGrid,
    fine_bins: int,
) -> FeatureBank:
    """Flatten features; mu once a recording, shared by its variants.

    Parameters
    ----------
    features : items to train on; those whose recording has no text are left out
    texts : symbols and durations by the recording's key
    encoder : trained, style-free
    """
    items = [f for f in features if f.key in texts and texts[f.key].durations.sum() == f.mel.shape[1]]
    keys = sorted({f.key for f in items})
    mu_of = mean_mels(encoder, {k: texts[k] for k in keys})
    mu_start_of = dict(zip(keys, _starts([len(mu_of[k]) for k in keys]), strict=True))
    lengths = np.array([f.mel.shape[1] for f in items])
    f0_hz = np.concatenate([f.f0_hz for f in items]).astype(np.float32)
    fine, low = _pitch_cells(f0_hz, grid, fine_bins)
    voices, prompts = sorted({f.voice for f in items}), sorted({f.key.split("/")[1] for f in items})
    speakers = sorted({f.speaker for f in items})
    return FeatureBank(
        mel=torch.from_numpy(np.concatenate([f.mel.T for f in items])),
        mu=torch.cat([mu_of[k] for k in keys]),
        f0_hz=torch.from_numpy(f0_hz),
        fine_pitch=torch.from_numpy(fine),
        low_pitch=torch.from_numpy(low),
        voice=torch.from_numpy(np.stack([voice_vector(f.mel, f.f0_hz) for f in items])),
        voice_id=np.array([voices.index(f.voice) for f in items]),
        speaker_id=np.array([speakers.index(f.speaker) for f in items]),
        ratio=np.array([f.variant.formant_ratio for f in items]),
        log_f0=np.array([np.log(np.median(f.f0_hz[f.f0_hz > 0])) for f in items]),
        prompt_id=np.array([prompts.index(f.key.split("/")[1]) for f in items]),
        recording_id=np.array([keys.index(f.key) for f in items]),
        wide=np.array([f.split == WIDE for f in items], dtype=bool),
        contour=np.array([f.contour for f in items]),
        starts=_starts(lengths),
        mu_starts=np.array([mu_start_of[f.key] for f in items]),
        lengths=lengths,
        voiced=f0_hz > 0,
        boundaries=tuple(_boundaries(texts[f.key]) for f in items),
    )


def mean_mels(
    encoder: TextModel, texts: Mapping[str, TextExample]
) -> dict[str, Float[Tensor, "frames n_mels"]]:
    """What the text encoder expects of every recording, in model units, float16; made on its device."""
    device = next(encoder.parameters()).device
    keys = sorted(texts, key=lambda k: int(texts[k].durations.sum()))
    found: dict[str, Tensor] = {}
    for start in range(0, len(keys), MU_BATCH):
        some = [texts[k] for k in keys[start : start + MU_BATCH]]
        ids, durations = (
            pad_sequence([torch.from_numpy(x) for x in column], batch_first=True)
            for column in ([t.ids for t in some], [t.durations for t in some])
        )
        with torch.no_grad():
            lengths = torch.tensor([len(t.ids) for t in some])
            mu = encoder.mean_mel(ids.to(device), lengths.to(device), durations.to(device)).cpu()
        for i, text in enumerate(some):
            found[keys[start + i]] = mu[i, :, : int(text.durations.sum())].T.half()
    return found


def _pitch_cells(
    f0_hz: Float[np.ndarray, " frames"], grid: MelGrid, fine_bins: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cells near resolved harmonics and near the first ones; of every F0 once, since a pack rounds them."""
    values, of_frame = np.unique(f0_hz, return_inverse=True)
    chunks = np.array_split(values, max(1, len(values) // CHUNK_FRAMES))
    fine = np.concatenate([pitch_mask(c, grid)[:fine_bins].T for c in chunks])
    low = np.concatenate([pitch_mask(c, grid, n_harmonics=N_HARMONICS)[:LOW_BINS].T for c in chunks])
    return fine[of_frame], low[of_frame]


def _boundaries(text: TextExample) -> Int[np.ndarray, " phones"]:
    """Frames at which a symbol begins that is no blank."""
    starts = np.cumsum(text.durations) - text.durations
    return np.unique(starts[text.ids != BLANK_ID])


def _starts(lengths: Sequence[int] | Int[np.ndarray, " items"]) -> Int[np.ndarray, " items"]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
