"""Features of a corpus and its Praat variants, cached one file a recording and variant."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from tqdm import tqdm

from interp.audio import LEVEL_DBFS, load_reference
from interp.level import amplify_to
from interp.mel import log_mel
from interp.train.corpus import Utterance
from interp.train.variants import Variant, apply_variant, draw_variant
from masks.f0 import extract_f0
from masks.grid import MelGrid

LONGEST_TRAINING_S = 15.0
GRID = MelGrid()


@dataclass(frozen=True)
class Features:
    """One variant of one recording. Shapes: ``mel`` (80, T) float16 log mel, ``f0_hz`` (T,) float32, 0 unvoiced."""

    key: str
    split: str
    index: int
    variant: Variant
    mel: Float[np.ndarray, "n_mels frames"]
    f0_hz: Float[np.ndarray, " frames"]

    @property
    def speaker(self) -> str:
        """Whose recording it is."""
        return self.key.split("/")[0]

    @property
    def voice(self) -> tuple[str, float]:
        """Speaker and formant ratio: what a rest reference stands for."""
        return self.speaker, self.variant.formant_ratio


def extract_variants(
    utterances: Iterable[Utterance], folder: Path, indices: Iterable[int], workers: int, naturals: bool = False
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


def feature_file(folder: Path, key: str, index: int) -> Path:
    """Where the features of one variant lie."""
    return folder / f"{key.replace('/', '__')}__{index}.npz"


def read_features(folder: Path) -> list[Features]:
    """All cached features of a folder, in the order of their names; a file still being written is not seen."""
    return [_read_one(file) for file in sorted(folder.glob("*.npz")) if not file.name.startswith(".")]


def _extract_one(job: tuple[Utterance, int, Path, bool]) -> None:
    utterance, index, folder, natural = job
    torch.set_num_threads(1)
    wav = load_reference(utterance.path, GRID, max_seconds=LONGEST_TRAINING_S).wav
    variant = Variant(1.0, 0.0, 1.0)
    if not natural:
        own = _f0(wav)
        if not (own > 0).any():
            return
        variant = draw_variant(utterance.key, index, float(np.median(own[own > 0])))
        wav = amplify_to(apply_variant(wav, GRID.sample_rate, variant), GRID.sample_rate, LEVEL_DBFS)
    mel = log_mel(torch.from_numpy(wav.astype(np.float32))[None], GRID)[0].numpy()
    f0_hz = extract_f0(wav, GRID, mel.shape[1])
    if not (f0_hz > 0).any():
        return
    _write_one(feature_file(folder, utterance.key, index), Features(utterance.key, utterance.split, index, variant, mel, f0_hz))


def _f0(wav: Float[np.ndarray, " samples"]) -> Float[np.ndarray, " frames"]:
    return extract_f0(wav, GRID, len(wav) // GRID.hop_length)


def _write_one(path: Path, features: Features) -> None:
    v = features.variant
    temporary = path.with_name("." + path.name)
    np.savez(
        temporary,
        key=features.key,
        split=features.split,
        index=features.index,
        variant=np.array([v.formant_ratio, v.median_hz, v.range_factor]),
        mel=features.mel.astype(np.float16),
        f0_hz=features.f0_hz.astype(np.float32),
    )
    temporary.rename(path)


def _read_one(path: Path) -> Features:
    with np.load(path) as z:
        ratio, median, factor = (float(x) for x in z["variant"])
        return Features(
            str(z["key"]), str(z["split"]), int(z["index"]), Variant(ratio, median, factor), z["mel"], z["f0_hz"]
        )
