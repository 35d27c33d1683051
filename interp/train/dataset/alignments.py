"""Alignments of a whole corpus, cached as one JSON file a speaker."""

from __future__ import annotations

import json
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from interp.corpus.align import ALIGN_RATE_HZ, AlignedWord, Aligner
from interp.corpus.metadata import Utterance

_aligner: Aligner | None = None


def align_corpus(utterances: list[Utterance], folder: Path, workers: int) -> dict[str, list[AlignedWord]]:
    """Align every utterance that the cache lacks; failures are kept as such and left out of the result."""
    folder.mkdir(parents=True, exist_ok=True)
    cached = _read(folder)
    todo = [u for u in utterances if u.key not in cached]
    if todo:
        with ProcessPoolExecutor(workers) as pool:
            found = pool.map(_align_one, todo, chunksize=16)
            for utterance, words in tqdm(
                zip(todo, found, strict=True), total=len(todo), desc="align", unit="file"
            ):
                cached[utterance.key] = words
        _write(folder, cached)
    return {u.key: words for u in utterances if (words := cached[u.key]) is not None}


def _align_one(utterance: Utterance) -> list[AlignedWord] | None:
    import soundfile

    global _aligner
    _aligner = _aligner or Aligner()
    samples, rate = soundfile.read(utterance.path, dtype="int16")
    if rate != ALIGN_RATE_HZ:
        import librosa

        samples = (librosa.resample(samples / 32768.0, orig_sr=rate, target_sr=ALIGN_RATE_HZ) * 32767).astype(
            "int16"
        )
    return _aligner.align(samples, utterance.text)


def _read(folder: Path) -> dict[str, list[AlignedWord] | None]:
    out: dict[str, list[AlignedWord] | None] = {}
    for file in sorted(folder.glob("*.json")):
        for key, words in json.loads(file.read_text()).items():
            out[key] = None if words is None else [_word(w) for w in words]
    return out


def _word(w: dict[str, list[str] | str]) -> AlignedWord:
    return AlignedWord(str(w["text"]), tuple(w["phones"]), tuple(float(x) for x in w["edges_s"]))


def _write(folder: Path, alignments: dict[str, list[AlignedWord] | None]) -> None:
    by_speaker: dict[str, dict[str, list[dict[str, object]] | None]] = defaultdict(dict)
    for key, words in alignments.items():
        by_speaker[key.split("/")[0]][key] = None if words is None else [asdict(w) for w in words]
    for speaker, entries in by_speaker.items():
        (folder / f"{speaker}.json").write_text(json.dumps(entries))
