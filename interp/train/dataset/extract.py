"""Features of a corpus and its Praat variants, cached one file a recording and variant."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from scipy.signal import lfilter
from tqdm import tqdm

from interp.audio.level import amplify_to
from interp.audio.mel import log_mel
from interp.audio.read import LEVEL_DBFS, load_reference
from interp.corpus.metadata import Utterance
from interp.corpus.timed import TimedUtterance
from interp.train.dataset.features import NATURAL, WIDE, Features, feature_file, write_features
from interp.train.dataset.variants import FORMANT_RATIOS, apply_variant, draw_variant, few_ratios
from masks.f0 import extract_f0
from masks.grid import MelGrid

LONGEST_TRAINING_S = 15.0
NOISE_DBFS = (-78.0, -52.0)
GRID = MelGrid()


def extract_variants(
    utterances: Iterable[Utterance],
    folder: Path,
    indices: Iterable[int],
    workers: int,
    naturals: bool = False,
) -> None:
    """Write the features of every (recording, variant) pair that the folder lacks.

    Parameters
    ----------
    indices : variant numbers, one pass over the corpus each, so that training can start after the first
    naturals : the recordings as they are, instead of drawn variants (validation)
    """
    jobs = [(u, i, folder, naturals) for i in indices for u in utterances]
    todo = [job for job in jobs if not feature_file(folder, job[0].key, job[1]).exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        list(tqdm(pool.map(_extract_one, todo, chunksize=8), total=len(todo), desc="features", unit="file"))


def extract_timed(utterances: Iterable[TimedUtterance], folder: Path, workers: int) -> None:
    """Write the features of every item that the folder lacks, with noise in place of digital silence."""
    todo = [(u, folder) for u in utterances if not feature_file(folder, u.key, 0).exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        list(tqdm(pool.map(_timed_one, todo, chunksize=8), total=len(todo), desc="features", unit="file"))


def _timed_one(job: tuple[TimedUtterance, Path]) -> None:
    utterance, folder = job
    torch.set_num_threads(1)
    wav = load_reference(utterance.path, GRID, max_seconds=LONGEST_TRAINING_S).wav
    f0_hz = extract_f0(wav, GRID, len(wav) // GRID.hop_length)
    if not (f0_hz > 0).any():
        return
    noisy = add_room_noise(wav, np.random.default_rng(utterance.number))
    mel = log_mel(torch.from_numpy(noisy)[None], GRID)[0].numpy()
    features = Features(
        utterance.key, utterance.split, 0, NATURAL, mel, f0_hz[: mel.shape[1]], utterance.contour
    )
    write_features(feature_file(folder, utterance.key, 0), features)


def add_room_noise(
    wav: Float[np.ndarray, " samples"], rng: np.random.Generator
) -> Float[np.ndarray, " samples"]:
    """Noise of a drawn level and colour: a microphone's hiss, and a room's hum below it.

    Level and colour are drawn for an item, be it target or reference, so that they tell nothing of it.
    """
    white = rng.standard_normal(len(wav)).astype(np.float32)
    hum = np.asarray(lfilter([1.0], [1.0, -0.97], rng.standard_normal(len(wav))), dtype=np.float32)
    share = rng.uniform(0.0, 1.0)
    noise = (1 - share) * white + share * hum / hum.std()
    level = 10 ** (rng.uniform(*NOISE_DBFS) / 20)
    return np.asarray(wav + level * noise / noise.std(), dtype=np.float32)


def _extract_one(job: tuple[Utterance, int, Path, bool]) -> None:
    utterance, index, folder, natural = job
    torch.set_num_threads(1)
    wav = load_reference(utterance.path, GRID, max_seconds=LONGEST_TRAINING_S).wav
    variant = NATURAL
    if not natural:
        own = _f0(wav)
        if not (own > 0).any():
            return
        ratios = few_ratios(utterance.speaker) if utterance.split == WIDE else FORMANT_RATIOS
        variant = draw_variant(utterance.key, index, float(np.median(own[own > 0])), ratios)
        wav = amplify_to(apply_variant(wav, GRID.sample_rate, variant), GRID.sample_rate, LEVEL_DBFS)
    mel = log_mel(torch.from_numpy(wav.astype(np.float32))[None], GRID)[0].numpy()
    f0_hz = extract_f0(wav, GRID, mel.shape[1])
    if not (f0_hz > 0).any():
        return
    features = Features(utterance.key, utterance.split, index, variant, mel, f0_hz)
    write_features(feature_file(folder, utterance.key, index), features)


def _f0(wav: Float[np.ndarray, " samples"]) -> Float[np.ndarray, " frames"]:
    return extract_f0(wav, GRID, len(wav) // GRID.hop_length)
