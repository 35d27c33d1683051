"""Alignments of a whole corpus, cached as one JSON file a speaker, which a killed run goes on from."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from interp.corpus.align import ALIGN_RATE_HZ, AlignedWord, Aligner
from interp.corpus.metadata import Utterance
from interp.system.files import write_json

SAVE_EVERY = 100  # recordings; half a minute of work
Words = list[AlignedWord] | None  # None where the text did not fit the sound
log = logging.getLogger(__name__)
_aligner: Aligner | None = None


def align_corpus(utterances: list[Utterance], folder: Path, workers: int) -> dict[str, list[AlignedWord]]:
    """Align every utterance that the cache lacks; failures are kept as such and left out of the result."""
    folder.mkdir(parents=True, exist_ok=True)
    cached = _read(folder)
    todo = [u for u in utterances if u.key not in cached]
    if todo:
        with ProcessPoolExecutor(workers) as pool:
            found = pool.map(_align_one, todo, chunksize=16)
            pairs = zip(todo, found, strict=True)
            for number, (utterance, words) in enumerate(
                tqdm(pairs, total=len(todo), desc="align", unit="file"), start=1
            ):
                cached[utterance.key] = words
                if number % SAVE_EVERY == 0 or number == len(todo):
                    _write(folder, cached, {u.speaker for u in todo[:number][-SAVE_EVERY:]})
    return {u.key: words for u in utterances if (words := cached[u.key]) is not None}


def _align_one(utterance: Utterance) -> Words:
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


def _read(folder: Path) -> dict[str, Words]:
    """What is cached; a file that is no such cache is left out, and so made again."""
    out: dict[str, Words] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            entries = json.loads(file.read_text())
            out |= {k: None if words is None else [_word(w) for w in words] for k, words in entries.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("%s: not a readable alignment (%s); its recordings are aligned again", file, error)
    return out


def _word(w: dict[str, list[str] | str]) -> AlignedWord:
    return AlignedWord(str(w["text"]), tuple(w["phones"]), tuple(float(x) for x in w["edges_s"]))


def _write(folder: Path, alignments: dict[str, Words], speakers: set[str]) -> None:
    by_speaker: dict[str, dict[str, list[dict[str, object]] | None]] = defaultdict(dict)
    for key, words in alignments.items():
        if (speaker := key.split("/")[0]) in speakers:
            by_speaker[speaker][key] = None if words is None else [asdict(w) for w in words]
    for speaker, entries in by_speaker.items():
        write_json(folder / f"{speaker}.json", entries)
