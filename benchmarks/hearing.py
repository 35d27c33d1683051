"""Does a checkpoint hear its references?  python benchmarks/hearing.py CORPUS [--checkpoint C] [--write]

1. Slope of the output's log F0 on the reference's, one reference open, over recordings outside training.
2. Change of the mel when each key group is blanked, and what a change of seed alone does.
3. The seed's total effect with both references open: mean over pairs of the variance of log F0 over seeds,
   against (delta / 2)^2, delta the distance of the references in log F0.

F0 is read off the mel by a harmonic comb (`masks.mel_f0`), so no vocoder is in the way. Minutes on a laptop.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from shared.speaker import LEAST_DISTANCE, SENTENCE, Speaker, median_log_f0, recordings

from guidance.settings import GuidanceSettings
from interp.audio.reference import ReferenceFeatures
from interp.checkpoints.provenance import add_metrics
from interp.estimators.encode import encode_sentence
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Synthesizer
from interp.system.shipped import checkpoint_path
from interp.text.frontend import phonemize

PLAIN = SynthSettings(
    mode="temp", split=1.0, crossfade_s=0.0, attend="masked", n_timesteps=20, solver="dpmpp2",
    guidance=GuidanceSettings(enabled=False, objective="temp"),
)  # fmt: skip
OPEN = SynthSettings(n_timesteps=20, solver="dpmpp2", guidance=GuidanceSettings(enabled=False))


def slope(speaker: Speaker, refs: list[ReferenceFeatures]) -> dict[str, float]:
    """Regression of the output's median log F0 on the reference's, one reference open."""
    x = np.array([median_log_f0(r) for r in refs])
    y = np.array([speaker.log_f0(m) for m in speaker.mels([(r, r) for r in refs], [0] * len(refs), PLAIN)])
    semitones = 12 / np.log(2) * np.abs(y - x)
    return {
        "f0_slope": float(np.polyfit(x, y, 1)[0]),
        "f0_correlation": float(np.corrcoef(x, y)[0, 1]),
        "f0_median_error_semitones": float(np.median(semitones)),
        "n_references": len(refs),
    }


def blanking(speaker: Speaker, refs: list[ReferenceFeatures]) -> dict[str, float]:
    """Root mean square change of the mel, nepers, as a key group is blanked, or the seed alone changes."""
    pairs, n = [(r, r) for r in refs], len(refs)
    plain = speaker.mels(pairs, [0] * n, PLAIN)
    others = {
        "seed": speaker.mels(pairs, [1] * n, PLAIN),
        "pitch": speaker.mels(pairs, [0] * n, replace(PLAIN, cfg_pitch=0.0)),
        "rest": speaker.mels(pairs, [0] * n, replace(PLAIN, cfg_rest=0.0)),
    }
    return {f"mel_change_{name}": _rms(plain, mels) for name, mels in others.items()}


def _rms(some: list[np.ndarray], others: list[np.ndarray]) -> float:
    return float(np.sqrt(np.mean([np.mean((a - b) ** 2) for a, b in zip(some, others, strict=True)])))


def seed_effect(
    speaker: Speaker, refs: list[ReferenceFeatures], n_pairs: int, n_seeds: int
) -> dict[str, object]:
    """Variance of log F0 over seeds, unguided, both open, relative to (delta / 2)^2 of each pair."""
    rng = np.random.default_rng(1)
    levels = np.array([median_log_f0(r) for r in refs])
    order = [tuple(rng.choice(len(refs), 2, replace=False)) for _ in range(50 * n_pairs)]
    chosen = [(a, b) for a, b in order if abs(levels[a] - levels[b]) > LEAST_DISTANCE][:n_pairs]
    flat = [(refs[a], refs[b]) for a, b in chosen for _ in range(n_seeds)]
    seeds = list(range(n_seeds)) * len(chosen)
    y = np.array([speaker.log_f0(m) for m in speaker.mels(flat, seeds, OPEN)]).reshape(len(chosen), n_seeds)
    delta = np.array([levels[a] - levels[b] for a, b in chosen])
    place = (y - np.array([levels[b] for _, b in chosen])[:, None]) / delta[:, None]
    return {
        "seed_variance_over_half_delta_squared": float((y.var(1) / (delta / 2) ** 2).mean()),
        "nearer_to_ref1": float((place > 0.5).mean()),
        "place_histogram": np.histogram(place.clip(-0.5, 1.5), bins=np.linspace(-0.5, 1.5, 11))[0].tolist(),
        "n_pairs": len(chosen),
        "n_seeds": n_seeds,
    }


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--references", default=20)
@click.option("--pairs", default=8)
@click.option("--seeds", default=8)
@click.option("--write", is_flag=True, help="Put the figures into the checkpoint's provenance.")
def main(corpus: Path, checkpoint: str, references: int, pairs: int, seeds: int, write: bool) -> None:
    synthesizer = Synthesizer.load(checkpoint)
    with torch.no_grad():
        sentence = encode_sentence(synthesizer.checkpoint.model, phonemize(SENTENCE), 1.0)
    speaker = Speaker(synthesizer, sentence)
    refs = recordings(corpus, references, synthesizer, seed=0)
    figures: dict[str, object] = {**slope(speaker, refs)}
    click.echo(json.dumps(figures))
    if pairs:
        figures |= blanking(speaker, refs[:6]) | seed_effect(speaker, refs, pairs, seeds)
        click.echo(json.dumps(figures, indent=1))
    if write:
        add_metrics(checkpoint_path(checkpoint), figures)


if __name__ == "__main__":
    main()
