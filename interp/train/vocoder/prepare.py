"""From a corpus to the vocoder's bank: every recording at one level, a share of them again through Praat."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int16
from tqdm import tqdm

from interp.audio.level import amplify_to
from interp.audio.read import LEVEL_DBFS, load_reference
from interp.corpus.metadata import Utterance, read_corpus
from interp.system.digest import number_of
from interp.train.dataset.features import Variant
from interp.train.dataset.variants import apply_variant, draw_variant
from interp.train.vocoder.bank import FULL_SCALE, VoiceBank, gather, load_bank, save_bank
from interp.train.vocoder.settings import VoiceData
from masks.errors import InterpError
from masks.f0 import extract_f0
from masks.grid import MelGrid

LONGEST_S = 15.0
MOST_DRAWS = 8
GRID = MelGrid()
Row = tuple[str, Int16[np.ndarray, " samples"], Float[np.ndarray, " frames"]]
log = logging.getLogger(__name__)


def prepare_bank(settings: VoiceData) -> VoiceBank:
    """The bank of a corpus, from its cache where the same was prepared before.

    Raises
    ------
    InterpError
        When the corpus is missing, or holds no recording of these splits that is sound.
    """
    utterances = [u for u in read_corpus(Path(settings.corpus)) if u.split in settings.splits]
    jobs = [(u, n) for n in (0, 1) for u in utterances if n == 0 or _is_varied(u.key, settings.varied)]
    folder = Path(settings.cache) / f"vocoder-{_name_of(jobs)}"
    if not (folder / "samples.npy").exists():
        save_bank(folder, gather(_prepared(jobs, settings.workers)))
    return load_bank(folder)


def _prepared(jobs: Sequence[tuple[Utterance, int]], workers: int) -> Iterator[Row]:
    with ProcessPoolExecutor(workers) as pool:
        rows = pool.map(_prepare_one, jobs, chunksize=8)
        for row in tqdm(rows, total=len(jobs), desc="recordings", unit="file"):
            if row is not None:
                yield row


def _prepare_one(job: tuple[Utterance, int]) -> Row | None:
    """Key, samples and F0; None for a recording that is none, or has no pitch to change."""
    utterance, number = job
    torch.set_num_threads(1)
    try:
        wav = load_reference(utterance.path, GRID, max_seconds=LONGEST_S, whole=True).wav
    except InterpError as error:
        log.warning("%s; left out", error)
        return None
    wav = wav[: len(wav) // GRID.hop_length * GRID.hop_length]
    f0_hz = extract_f0(wav, GRID, len(wav) // GRID.hop_length)
    if number:
        variant = _pitched_variant(utterance.key, f0_hz)
        if variant is None:
            return None
        wav = amplify_to(apply_variant(wav, GRID.sample_rate, variant), GRID.sample_rate, LEVEL_DBFS)
        f0_hz = extract_f0(wav, GRID, len(f0_hz))
    pcm = np.rint(np.clip(wav, -1, 1) * FULL_SCALE).astype(np.int16)
    return f"{utterance.key}#{number}", pcm, f0_hz


def _pitched_variant(key: str, f0_hz: Float[np.ndarray, " frames"]) -> Variant | None:
    """The first variant of a recording that changes it; None without pitch."""
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        return None
    drawn = (draw_variant(key, i, float(np.median(voiced))) for i in range(MOST_DRAWS))
    return next((v for v in drawn if not v.natural), None)


def _is_varied(key: str, share: float) -> bool:
    return number_of(key) < share * 2**64


def _name_of(jobs: Sequence[tuple[Utterance, int]]) -> str:
    text = "\n".join(f"{u.key} {u.seconds} {n}" for u, n in jobs)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
