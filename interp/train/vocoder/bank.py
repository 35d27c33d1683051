"""Recordings for the vocoder's training, flat: samples and F0, and random crops of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, Int16
from torch import Tensor

from interp.audio.mel import log_mel
from interp.settings.strict_yaml import read_yaml
from interp.system.files import whole_folder, write_json
from masks.errors import InterpError
from masks.grid import MelGrid

FULL_SCALE = 32767.0
# Frames of context on both sides of a crop: the mel of its first and last frames sees real samples.
CONTEXT = 2


@dataclass(frozen=True)
class VoiceBank:
    """Recordings one after another, each cut to whole frames.

    Shapes: ``samples`` (N,) int16, full scale 32767; ``f0_hz`` (N / hop,) Hz, 0 unvoiced; ``frames`` (R,) of
    each recording; ``keys``: their names.
    """

    samples: Int16[np.ndarray, " samples"]
    f0_hz: Float[np.ndarray, " all_frames"]
    frames: Int[np.ndarray, " recordings"]
    keys: tuple[str, ...]

    @cached_property
    def starts(self) -> Int[np.ndarray, " recordings"]:
        """First frame of each recording."""
        return np.asarray(np.cumsum(self.frames) - self.frames)

    def seconds(self, grid: MelGrid) -> float:
        """Of all recordings."""
        return int(self.frames.sum()) * grid.hop_length / grid.sample_rate

    def recording(self, index: int, hop: int) -> tuple[np.ndarray, np.ndarray]:
        """Samples and F0 of one."""
        a, b = self.starts[index], self.starts[index] + self.frames[index]
        return self.samples[a * hop : b * hop], self.f0_hz[a:b]


@dataclass(frozen=True)
class Crops:
    """``wav`` (B, frames * hop) in [-1, 1], ``mel`` (B, n_mels, frames) of it in its context, ``f0_hz``."""

    wav: Float[Tensor, "batch samples"]
    mel: Float[Tensor, "batch n_mels frames"]
    f0_hz: Float[Tensor, "batch frames"]


def draw_crops(
    bank: VoiceBank,
    grid: MelGrid,
    rng: np.random.Generator,
    batch_size: int,
    n_frames: int,
    gain_db: float,
    device: torch.device,
) -> Crops:
    """Crops that start at any frame of any recording with equal chance, at levels within ``gain_db``.

    Raises
    ------
    InterpError
        When no recording is long enough.
    """
    first = _first_frames(bank, rng, batch_size, n_frames)
    hop = grid.hop_length
    rows = [bank.samples[(f - CONTEXT) * hop : (f + n_frames + CONTEXT) * hop] for f in first]
    gains = 10 ** (rng.uniform(-gain_db, gain_db, (batch_size, 1)) / 20)
    around = torch.from_numpy((np.stack(rows) * (gains / FULL_SCALE)).astype(np.float32)).to(device)
    mel = log_mel(around, grid)[..., CONTEXT:-CONTEXT]
    f0_hz = np.stack([bank.f0_hz[f : f + n_frames] for f in first]).astype(np.float32)
    return Crops(
        around[:, CONTEXT * hop : -CONTEXT * hop].contiguous(),
        mel.contiguous(),
        torch.from_numpy(f0_hz).to(device),
    )


def _first_frames(
    bank: VoiceBank, rng: np.random.Generator, batch_size: int, n_frames: int
) -> Int[np.ndarray, " batch"]:
    places = np.maximum(0, bank.frames - n_frames - 2 * CONTEXT + 1)
    ends = np.cumsum(places)
    if not ends[-1]:
        raise InterpError(
            f"training.frames: no recording has {n_frames + 2 * CONTEXT} frames; the longest has "
            f"{bank.frames.max()}"
        )
    drawn = rng.integers(ends[-1], size=batch_size)
    which = np.searchsorted(ends, drawn, side="right")
    return np.asarray(bank.starts[which] + drawn - (ends - places)[which] + CONTEXT)


def gather(
    recordings: Iterable[tuple[str, Int16[np.ndarray, " samples"], Float[np.ndarray, " frames"]]],
) -> VoiceBank:
    """A bank of (key, samples, F0) triples.

    Raises
    ------
    InterpError
        When there is none.
    """
    rows = list(recordings)
    if not rows:
        raise InterpError("vocoder: no recording to train from; check data.corpus and data.splits")
    keys, samples, f0_hz = zip(*rows, strict=True)
    frames = np.array([len(f) for f in f0_hz])
    return VoiceBank(np.concatenate(samples), np.concatenate(f0_hz).astype(np.float32), frames, tuple(keys))


def save_bank(folder: Path, bank: VoiceBank) -> None:
    """Write a bank that `load_bank` maps into memory."""
    with whole_folder(folder) as temporary:
        np.save(temporary / "samples.npy", bank.samples)
        np.save(temporary / "f0_hz.npy", bank.f0_hz)
        np.save(temporary / "frames.npy", bank.frames)
        write_json(temporary / "keys.json", {"keys": list(bank.keys)})


def load_bank(folder: Path) -> VoiceBank:
    """Map a saved bank into memory: samples are read when they are drawn.

    Raises
    ------
    InterpError
        When it is damaged.
    """
    try:
        samples = np.load(folder / "samples.npy", mmap_mode="r")
        f0_hz, frames = (np.load(folder / f"{name}.npy") for name in ("f0_hz", "frames"))
    except (OSError, ValueError) as error:
        raise InterpError(f"{folder}: not a readable cache ({error}); delete it to make it anew") from error
    return VoiceBank(samples, f0_hz, frames, tuple(read_yaml(folder / "keys.json")["keys"]))
