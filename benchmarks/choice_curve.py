"""Where is the choice made?  python benchmarks/choice_curve.py CORPUS [--sentences 80]

Unguided runs, both references open, of different speakers over 3 semitones apart. At every evaluation the
relative mass of reference 1 over the objective's queries is noted; afterwards, whether the finished pitch
came out nearer to reference 1 (F0 read off the mel), and the finished voice nearer to reference 2. The curve
is how well the mass predicts it: the area under the ROC curve (0.5 is a guess, 1 is certain). The windows
belong where the curve rises. Written to docs/benchmarks/choice_curve.{md,csv,png}.
"""

from __future__ import annotations

import csv
from pathlib import Path

import click
import matplotlib.pyplot as plt
import numpy as np
import torch
from shared.page import OUT, table
from shared.speaker import LEAST_DISTANCE, Drawn, batch_of, draw, median_log_f0
from tqdm import tqdm

from guidance.settings import GuidanceSettings
from interp.audio.voice_vector import voice_vector
from interp.settings.synth import SynthSettings
from interp.synthesis.batch_run import log_mel_of
from interp.synthesis.noted_masses import NotedMasses
from interp.synthesis.pipeline import Synthesizer
from masks.mel_f0 import f0_of_mel

BATCH = 4
SETTINGS = SynthSettings(guidance=GuidanceSettings(enabled=False))


def run_batch(
    synthesizer: Synthesizer, drawn: list[Drawn], seeds: list[int]
) -> tuple[tuple[float, ...], np.ndarray, list]:
    """Times, masses (times, batch, 2) at them, and for every sentence where F0 and voice came out."""
    run = batch_of(synthesizer, drawn, seeds, SETTINGS)
    noted = NotedMasses(run.binding.model, run.sampling.times)
    outcomes = []
    for x, piece in zip(run.cut(run.untuned(noted.score)), run.pieces, strict=True):
        voiced = piece.sentence.voiced
        mel = log_mel_of(synthesizer.engine, x)
        f0 = f0_of_mel(torch.from_numpy(mel), synthesizer.grid, voiced_salience=-1.0).numpy()
        levels = [median_log_f0(r) for r in piece.pair]
        place = (float(np.median(np.log(f0[voiced]))) - levels[1]) / (levels[0] - levels[1])
        voice = voice_vector(mel, np.where(voiced, f0, 0.0))
        away = [float(np.linalg.norm(voice - r.voice)) for r in piece.pair]
        outcomes.append((place, away[1] < away[0]))
    readouts = [run.binding.tuning.readouts(noted.found[t]) for t in noted.times]
    seen = [[(m.relative["ref1.pitch"], m.relative["ref2.rest"]) for m in of_one] for of_one in readouts]
    return run.sampling.times, np.array(seen), outcomes


def area(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive case scores above a negative one."""
    above = score[positive][:, None] - score[~positive][None]
    return float((above > 0).mean() + 0.5 * (above == 0).mean()) if above.size else float("nan")


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--sentences", default=80)
@OUT
def main(corpus: Path, checkpoint: str, sentences: int, out: Path) -> None:
    """Run, and write the curve."""
    synthesizer = Synthesizer.load(checkpoint)
    apart = [
        d
        for d in draw(corpus, 2 * sentences, synthesizer)
        if abs(median_log_f0(d[1]) - median_log_f0(d[2])) > LEAST_DISTANCE
    ][:sentences]
    masses, outcomes = [], []
    with torch.no_grad():
        for start in tqdm(range(0, len(apart), BATCH)):
            batch = apart[start : start + BATCH]
            times, seen, found = run_batch(synthesizer, batch, list(range(start, start + len(batch))))
            masses.append(seen)
            outcomes += found
    mass = np.concatenate(masses, 1)
    place, voice = np.array([o[0] for o in outcomes]), np.array([o[1] for o in outcomes], dtype=bool)
    pitch_area = [area(m, place > 0.5) for m in mass[..., 0]]
    rest_area = [area(m, voice) for m in mass[..., 1]]
    made_by = synthesizer.checkpoint.sha256[:12]
    write(out, [1 - t for t in times], pitch_area, rest_area, place, voice, made_by)


def write(
    out: Path,
    progress: list[float],
    pitch: list[float],
    rest: list[float],
    place: np.ndarray,
    voice: np.ndarray,
    checkpoint: str,
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = [(f"{p:.3f}", f"{a:.3f}", f"{b:.3f}") for p, a, b in zip(progress, pitch, rest, strict=True)]
    head = ("progress", "pitch: area under ROC", "rest: area under ROC")
    with (out / "choice_curve.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    said = (
        f"Checkpoint {checkpoint}, {len(place)} sentences. Nearer to reference 1 in pitch: "
        f"{np.mean(place > 0.5):.0%}.\nNearer to reference 2 in voice: {voice.mean():.0%}."
    )
    picture = "![curve and histogram](choice_curve.png)"
    text = f"# Where the choice is made\n\n```\n{__doc__}```\n\n{said}\n\n{picture}\n\n{table(head, rows)}\n"
    (out / "choice_curve.md").write_text(text)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(progress, pitch, "o-", label="pitch follows reference 1")
    left.plot(progress, rest, "s-", label="voice follows reference 2")
    left.axhline(0.5, color="#999999", lw=1)
    left.set(
        xlabel="progress, 1 - t", ylabel="area under ROC", title="How well the mass predicts the outcome"
    )
    left.legend()
    right.hist(np.clip(place, -1, 2), bins=np.linspace(-1, 2, 31), color="#4477aa")
    right.set(
        xlabel="(F0 - ref 2) / (ref 1 - ref 2), in log F0",
        ylabel="sentences",
        title="Where the pitch came out, unguided",
    )
    figure.savefig(out / "choice_curve.png", dpi=120)
    print(said)
    print(table(head, rows))


if __name__ == "__main__":
    main()
