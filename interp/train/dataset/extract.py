"""Features of a corpus and its Praat variants, cached one file a recording and variant."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from tqdm import tqdm

from interp.audio.level import amplify_to
from interp.audio.mel import log_mel
from interp.audio.read import LEVEL_DBFS, load_reference
from interp.corpus.metadata import Utterance
from interp.train.dataset.features import NATURAL, WIDE, Features, feature_file, write_features
from interp.train.dataset.variants import FORMANT_RATIOS, apply_variant, draw_variant, few_ratios
from masks.f0 import extract_f0
from masks.grid import MelGrid

LONGEST_TRAINING_S = 15.0
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


def _extract_one(job: tuple[Utterance, int, Path, bool]) -> None:
    utterance, index, folder, natural = job
    torch.set_num_threads(1)
    wav = load_reference(utterance.path, GRID, max_seconds=LONGEST_TRAINING_S, whole=True).wav
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
