"""Does tuned noise move the blend?  python benchmarks/blend.py CORPUS [--mode temp] [--runs unguided,guided]

Pairs of test recordings of different speakers, over 3 semitones apart; one sentence, one seed a pair, the
same in every run. F0 is read off the mel by a harmonic comb; the voice by the distance of voice vectors
(which the model also reads: a first look, not evidence). "Nearer" is a share of pairs; in temp, halves are
judged without the 0.1 s beside the switch.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from shared.speaker import LEAST_DISTANCE, Speaker, median_log_f0

from guidance.settings import GuidanceSettings
from interp.audio.read import load_reference
from interp.audio.reference import ReferenceFeatures, reference_features
from interp.audio.voice_vector import voice_vector
from interp.corpus.metadata import read_corpus
from interp.estimators.encode import encode_sentence
from interp.modes.registry import MODES
from interp.settings.synth import Mode, SynthSettings
from interp.synthesis.pipeline import Synthesizer
from interp.text.frontend import phonemize
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
    mels = speaker.mels(given, list(range(len(pairs))), settings, split=0.5)
    everywhere = np.ones(speaker.sentence.n_frames, dtype=bool)
    if MODES[settings.mode].bands:
        pitch, voice = _distances(speaker, mels, pairs, everywhere)
        first, second = pitch[:, 0] < pitch[:, 1], voice[:, 1] < voice[:, 0]
        return {
            "pitch_nearer_ref1": float(first.mean()),
            "median_semitones_from_ref1": float(np.median(pitch[:, 0])),
            "voice_nearer_ref2": float(second.mean()),
            "both": float((first & second).mean()),
        }
    middle, apart = speaker.sentence.n_frames / 2, 0.1 * speaker.synthesizer.grid.frame_rate_hz
    frames, found, nearer = np.arange(len(everywhere)), {}, []
    for own, part in enumerate((frames < middle - apart, frames > middle + apart)):
        pitch, voice = _distances(speaker, mels, pairs, part)
        nearer.append(pitch[:, own] < pitch[:, 1 - own])
        found[f"half{own + 1}_pitch_nearer_own"] = float(nearer[-1].mean())
        found[f"half{own + 1}_median_semitones"] = float(np.median(pitch[:, own]))
        found[f"half{own + 1}_voice_nearer_own"] = float((voice[:, own] < voice[:, 1 - own]).mean())
    return {**found, "both_halves_pitch": float((nearer[0] & nearer[1]).mean())}


def _distances(
    speaker: Speaker, mels: list[np.ndarray], pairs: list[Pair], part: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Distances (pairs, 2) of a part from each reference: median F0, semitones, and voice vectors."""
    levels = np.array([[median_log_f0(r) for r in pair] for pair in pairs])
    grid = speaker.synthesizer.grid
    tracks = [f0_of_mel(torch.from_numpy(mel), grid, voiced_salience=-1.0).numpy() for mel in mels]
    voiced = speaker.sentence.voiced
    heard = np.array([np.median(np.log(f0[voiced & part])) for f0 in tracks])
    voices = [
        voice_vector(mel[:, part], np.where(voiced, f0, 0.0)[part])
        for mel, f0 in zip(mels, tracks, strict=True)
    ]
    apart = [[np.linalg.norm(v - r.voice) for r in pair] for v, pair in zip(voices, pairs, strict=True)]
    return 12 / np.log(2) * np.abs(heard[:, None] - levels), np.array(apart)


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--pairs", default=16)
@click.option("--timesteps", default=SynthSettings().n_timesteps)
@click.option("--runs", default="masked,unguided,guided,swapped")
@click.option("--mode", type=click.Choice(tuple(MODES)), default="freq")
@click.option("--share", default=GuidanceSettings().step_share)
@click.option("--gamma", default=1.0)
def main(
    corpus: Path,
    checkpoint: str,
    pairs: int,
    timesteps: int,
    runs: str,
    mode: Mode,
    share: float,
    gamma: float,
) -> None:
    synthesizer = Synthesizer.load(checkpoint)
    with torch.no_grad():
        sentence = encode_sentence(synthesizer.checkpoint.model, phonemize(SENTENCE), 1.0)
    speaker, drawn = Speaker(synthesizer, sentence), draw_pairs(corpus, pairs, synthesizer)
    base = SynthSettings(mode=mode, n_timesteps=timesteps)
    off = replace(base, guidance=replace(base.guidance, enabled=False))
    guided = replace(base, guidance=replace(base.guidance, step_share=share, gamma=gamma))
    ways = {
        "masked": (replace(off, attend="masked"), False),
        "unguided": (off, False),
        "guided": (guided, False),
        "swapped": (guided, True),
    }
    for name in runs.split(","):
        print(
            name,
            json.dumps({k: round(v, 3) for k, v in run(speaker, drawn, *ways[name]).items()}),
            flush=True,
        )


if __name__ == "__main__":
    main()
