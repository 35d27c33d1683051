"""Which vocoder?  python benchmarks/vocoders.py CORPUS [--checkpoint FILE] [--split test] [--words] [--write]

Real mels of recordings that no training saw, through every vocoder in one run. DNSMOS and Distill-MOS (where
installed), log-spectral distance and F0 error (Praat) against the recording, word errors (by the best recogniser
there) with --words, and the real-time factor. --write puts the table into docs/benchmarks/vocoders.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch

from interp.audio.read import load_reference
from interp.checkpoints.provenance import add_metrics, read_provenance
from interp.corpus.metadata import Utterance, read_corpus
from interp.evaluation.clip import Clip
from interp.evaluation.measures import measure
from interp.evaluation.recognisers import best_recogniser
from interp.system.files import write_text
from interp.vocoders.contract import Vocoder
from interp.vocoders.griffin_lim import GriffinLim
from interp.vocoders.neural.stft import margin
from interp.vocoders.neural.vocoder import NeuralVocoder
from interp.vocoders.neural.weights import shipped_vocoder
from masks.grid import MelGrid

GRID = MelGrid()
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks" / "vocoders.md"
RATINGS = {
    "dnsmos.overall": "DNSMOS overall",
    "dnsmos.signal": "DNSMOS signal",
    "distillmos.overall": "Distill-MOS",
}
FLOOR_BELOW_PEAK_DB = 70.0
GROSS_CENTS = 50.0
Speak = Callable[[Clip], np.ndarray]


@dataclass(frozen=True)
class Spoken:
    """A recording, what a vocoder made of its mel, and how long that took."""

    utterance: Utterance
    real: Clip
    made: Clip
    seconds: float


def draw(corpus: Path, split: str, count: int) -> list[Utterance]:
    """Recordings of all speakers of a split in turn."""
    pool = [u for u in read_corpus(corpus) if u.split == split]
    order = np.random.default_rng(0).permutation(len(pool))
    by_speaker: dict[str, list[Utterance]] = {}
    for index in order:
        by_speaker.setdefault(pool[index].speaker, []).append(pool[index])
    turns = max(map(len, by_speaker.values()))
    mixed = [rows[turn] for turn in range(turns) for rows in by_speaker.values() if turn < len(rows)]
    return mixed[:count]


def speak(recordings: Sequence[tuple[Utterance, Clip]], through: Speak) -> list[Spoken]:
    through(recordings[0][1])  # the first one builds caches
    made = []
    for utterance, real in recordings:
        started = time.perf_counter()
        wav = through(real)
        made.append(Spoken(utterance, real, Clip(wav, GRID), time.perf_counter() - started))
    return made


def levels_db(wav: np.ndarray) -> np.ndarray:
    """Log magnitudes (bins up to 8 kHz, frames), dB."""
    padded = torch.nn.functional.pad(torch.from_numpy(wav), (margin(GRID), margin(GRID)))
    window = torch.hann_window(GRID.n_fft)
    spectrum = torch.stft(
        padded, GRID.n_fft, GRID.hop_length, window=window, center=False, return_complex=True
    )
    n_bins = int(GRID.f_max_hz * GRID.n_fft / GRID.sample_rate)
    return 20 * np.log10(spectrum[:n_bins].abs().numpy() + 1e-9)


def log_spectral_distance(one: Spoken) -> float:
    """Mean over frames of the RMS difference over bins, dB; the floor lies 70 dB below the peak."""
    real, made = levels_db(one.real.wav), levels_db(one.made.wav)
    floor = real.max() - FLOOR_BELOW_PEAK_DB
    difference = np.maximum(real, floor) - np.maximum(made, floor)
    return float(np.sqrt((difference**2).mean(0)).mean())


def f0_figures(spoken: Sequence[Spoken]) -> dict[str, float]:
    """Over the frames of all recordings that both call voiced."""
    real, made = (np.concatenate([getattr(s, side).f0_hz for s in spoken]) for side in ("real", "made"))
    both = (real > 0) & (made > 0)
    cents = np.abs(1200 * np.log2(made[both] / real[both]))
    return {
        "F0 error, cents, median": float(np.median(cents)),
        "F0 error, cents, mean": float(cents.mean()),
        f"F0 over {GROSS_CENTS:g} cents off, %": float(100 * (cents > GROSS_CENTS).mean()),
        "voicing differs, %": float(100 * ((real > 0) != (made > 0)).mean()),
    }


def figures_of(spoken: Sequence[Spoken], words: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    rated = [measure(s.made, s.real, s.real, measures=("dnsmos", "distillmos")).figures for s in spoken]
    for key, name in RATINGS.items():
        if key in rated[0]:
            found[name] = float(np.mean([figures[key] for figures in rated]))
    found["log-spectral distance, dB"] = float(np.mean([log_spectral_distance(s) for s in spoken]))
    found |= f0_figures(spoken)
    if words:
        from words import word_error_rate

        recogniser = best_recogniser()
        said = [(s.utterance.text, s.made.wav, GRID.sample_rate) for s in spoken]
        found[f"word error rate, {recogniser.name}"] = word_error_rate(recogniser, said)
    found["real-time factor"] = sum(s.seconds for s in spoken) / sum(s.made.seconds for s in spoken)
    return found


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Measures down, vocoders across."""
    names = list(rows)
    lines = [f"| measure | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for key in next(iter(rows.values())):
        lines.append(f"| {key} | {' | '.join(f'{rows[name][key]:.3g}' for name in names)} |")
    return "\n".join(lines)


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", type=click.Path(exists=True, path_type=Path), help="[default: the shipped one]")
@click.option("--split", default="test", show_default=True)
@click.option("--recordings", default=30, show_default=True)
@click.option("--words", is_flag=True, help="Word error rates too.")
@click.option("--threads", default=2, show_default=True)
@click.option("--write", is_flag=True, help="Write the page, and the figures into the provenance.")
def main(
    corpus: Path,
    checkpoint: Path | None,
    split: str,
    recordings: int,
    words: bool,
    threads: int,
    write: bool,
) -> None:
    torch.set_num_threads(threads)
    checkpoint = checkpoint or shipped_vocoder()
    vocoders: list[Vocoder] = [GriffinLim(GRID), NeuralVocoder.load(GRID, checkpoint)]
    chosen = draw(corpus, split, recordings)
    clips = []
    for utterance in chosen:
        wav = load_reference(utterance.path, GRID).wav
        clips.append((utterance, Clip(wav[: len(wav) // GRID.hop_length * GRID.hop_length], GRID)))
    rows = {"recording": figures_of(speak(clips, lambda clip: clip.wav), words)}
    for vocoder in vocoders:
        rows[vocoder.name] = figures_of(speak(clips, lambda clip, v=vocoder: v(clip.mel)), words)
        click.echo(f"{vocoder.name}: {rows[vocoder.name]}")
    steps = (read_provenance(checkpoint) or {}).get("steps", "unknown")
    voices = ", ".join(sorted({u.speaker for u in chosen}))
    click.echo(table(rows))
    if write:
        command = f"python benchmarks/vocoders.py CORPUS --split {split}{' --words' if words else ''}"
        said = (
            f"`{command}`: {len(chosen)} recordings of the {split} split ({voices}), which no training saw, "
            f"from their own mels; neural vocoder at {steps} steps; {threads} threads."
        )
        write_text(PAGE, f"# Vocoders\n\n{said}\n\n{table(rows)}\n")
        add_metrics(checkpoint, {**rows["neural"], "split": split, "recordings": len(chosen)})


if __name__ == "__main__":
    main()
