"""Does tuned noise move the blend?  python benchmarks/blend.py CORPUS [--pairs 16] [--runs unguided,guided]

Pairs of test recordings of different speakers, over 3 semitones apart; freq mode, one sentence, one seed a
pair, the same in every run. F0 is read off the mel by a harmonic comb; the voice by the distance of voice
vectors (which the model also reads: a first look, not evidence). "Nearer to ref 1" in F0 and "nearer to
ref 2" in voice are shares of pairs.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from hearing import LEAST_DISTANCE, Speaker, median_log_f0

from guidance.settings import GuidanceSettings
from interp.audio import load_reference
from interp.pipeline import Synthesizer
from interp.references import ReferenceFeatures, reference_features
from interp.sentence import encode_sentence
from interp.settings import SynthSettings
from interp.text.frontend import phonemize
from interp.train.corpus import read_corpus
from interp.voice import voice_vector
from masks.mel_f0 import f0_of_mel

SENTENCE = "The boy was there when the sun rose, and he told them."
Pair = tuple[ReferenceFeatures, ReferenceFeatures]


def draw_pairs(corpus: Path, n_pairs: int, synthesizer: Synthesizer) -> list[Pair]:
    """Test recordings of two speakers, over 3 semitones apart."""
    rng = np.random.default_rng(0)
    pool = [u for u in read_corpus(corpus) if u.split == "test"]
    pairs: list[Pair] = []
    while len(pairs) < n_pairs:
        a, b = (pool[i] for i in rng.choice(len(pool), 2, replace=False))
        if a.speaker == b.speaker:
            continue
        both = [
            reference_features(load_reference(u.path, synthesizer.grid, max_seconds=3.0), synthesizer.grid)
            for u in (a, b)
        ]
        if abs(median_log_f0(both[0]) - median_log_f0(both[1])) > LEAST_DISTANCE:
            pairs.append((both[0], both[1]))
    return pairs


def run(speaker: Speaker, pairs: list[Pair], settings: SynthSettings, swap: bool) -> dict[str, float]:
    """Figures of one way to synthesise; with ``swap`` references change places, not in the measure."""
    given = [(b, a) if swap else (a, b) for a, b in pairs]
    mels = speaker.mels(given, list(range(len(pairs))), settings)
    levels = np.array([[median_log_f0(r) for r in pair] for pair in pairs])
    heard = np.array([speaker.log_f0(m) for m in mels])
    away = 12 / np.log(2) * np.abs(heard[:, None] - levels)
    voices = np.array(
        [
            [np.linalg.norm(_voice(speaker, m) - r.voice) for r in pair]
            for m, pair in zip(mels, pairs, strict=True)
        ]
    )
    pitch, rest = away[:, 0] < away[:, 1], voices[:, 1] < voices[:, 0]
    return {
        "pitch_nearer_ref1": float(pitch.mean()),
        "median_semitones_from_ref1": float(np.median(away[:, 0])),
        "voice_nearer_ref2": float(rest.mean()),
        "both": float((pitch & rest).mean()),
    }


def _voice(speaker: Speaker, mel: np.ndarray) -> np.ndarray:
    f0 = f0_of_mel(torch.from_numpy(mel), speaker.synthesizer.grid, voiced_salience=-1.0).numpy()
    return voice_vector(mel, np.where(speaker.sentence.voiced, f0, 0.0))


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--pairs", default=16)
@click.option("--timesteps", default=20)
@click.option("--runs", default="masked,unguided,guided,swapped")
@click.option("--share", default=0.01)
@click.option("--gamma", default=1.0)
def main(
    corpus: Path, checkpoint: str, pairs: int, timesteps: int, runs: str, share: float, gamma: float
) -> None:
    synthesizer = Synthesizer.load(checkpoint)
    with torch.no_grad():
        sentence = encode_sentence(synthesizer.checkpoint.model, phonemize(SENTENCE), 1.0)
    speaker, drawn = Speaker(synthesizer, sentence), draw_pairs(corpus, pairs, synthesizer)
    base = SynthSettings(n_timesteps=timesteps, solver="dpmpp2")
    off = replace(base, guidance=GuidanceSettings(enabled=False))
    guided = replace(base, guidance=GuidanceSettings(step_share=share, gamma=gamma))
    ways = {
        "masked": (replace(off, attend="masked"), False),
        "unguided": (off, False),
        "guided": (guided, False),
        "swapped": (guided, True),
        "ode_unguided": (replace(off, sampler="ode"), False),
    }
    for name in runs.split(","):
        print(
            name,
            json.dumps({k: round(v, 3) for k, v in run(speaker, drawn, *ways[name]).items()}),
            flush=True,
        )


if __name__ == "__main__":
    main()
