"""Does the attention mean what it says?  python benchmarks/attention_meaning.py CONFIG [--checkpoint default]

1. Calibration: on ambiguous examples of validation recordings, with Praat variants that no training saw, the
   relative mass of reference 1 against how often reference 1 is the source, over queries. A posterior lies on
   the diagonal; the calibration error is the mean distance from it.
2. Independence: how far the voice predicts the pitch in the examples: variance of log F0 explained by the
   speaker, and by the voice vector that rest tokens carry (ridge regression, five folds by recording), over
   recordings as they are and over variants; and how often both sources are the same reference (half is none).
3. Interventions: reference 1's pitch group and reference 2's rest open (masked), one of them changed: its F0
   moved by Praat, itself exchanged for the other, or blanked. What became of the output's median F0 (comb on
   the mel), and of its voice vector, as a share of the distance of the references' voices.

CONFIG is the training configuration. Writes docs/benchmarks/attention_meaning.{md,png}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import torch
from matplotlib.figure import Figure
from shared.page import table
from shared.speaker import GRID, MASKED, SEMITONES, SENTENCE, Speaker, median_log_f0, moved, recordings
from torch import Tensor
from tqdm import tqdm

from interp.audio.reference import ReferenceFeatures
from interp.audio.voice_vector import voice_vector
from interp.checkpoints.checkpoint import load_checkpoint
from interp.corpus.metadata import of_speakers, read_corpus
from interp.diffusion.process import DiffusionProcess
from interp.estimators.bin.network import BinEstimator
from interp.estimators.encode import encode_sentence
from interp.settings.resolve import resolve
from interp.settings.synth import SynthSettings
from interp.synthesis.pipeline import Synthesizer
from interp.system.files import write_figure, write_text
from interp.text.frontend import phonemize
from interp.train.batch import Batch, BatchMaker
from interp.train.dataset.bank import FeatureBank, build_bank
from interp.train.dataset.extract import extract_variants
from interp.train.dataset.features import read_features
from interp.train.examples import ExampleDrawer, ExampleShares
from interp.train.loss import SMALLEST_T, relative_mass
from interp.train.run import prepared_data
from interp.train.settings import TrainSettings
from masks.groups import KINDS, key_share, log_weights
from masks.mel_f0 import f0_of_mel
from masks.reduce import PatchGrid

OUT = Path(__file__).parent.parent / "docs" / "benchmarks"
BATCH, N_BINS, N_FOLDS, RIDGE = 16, 10, 5, 1.0
SHIFT_SEMITONES = 4.0
T_EDGES = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)
LEAST_APART = 3.0


@dataclass(frozen=True)
class Queries:
    """Per query: relative mass of reference 1, whether it is the source, the time of its example."""

    mass: np.ndarray
    is_source: np.ndarray
    t: np.ndarray

    def between(self, low: float, high: float) -> Queries:
        on = (self.t >= low) & (self.t < high)
        return Queries(self.mass[on], self.is_source[on], self.t[on])

    def curve(self) -> list[tuple[float, float, int]]:
        """Mean mass, share of sources and count of every tenth of the masses that occurs."""
        place = np.minimum((self.mass * N_BINS).astype(int), N_BINS - 1)
        parts = [place == k for k in range(N_BINS)]
        return [(self.mass[p].mean(), self.is_source[p].mean(), int(p.sum())) for p in parts if p.any()]

    def figures(self) -> tuple[float, float, float]:
        """Calibration error, mean -log2 of the source's share in bits, share of queries that are right."""
        curve = self.curve()
        error = sum(n * abs(mass - source) for mass, source, n in curve) / len(self.mass)
        chosen = np.where(self.is_source, self.mass, 1 - self.mass)
        return float(error), float(-np.log2(chosen).mean()), float((chosen > 0.5).mean())


def validation_bank(settings: TrainSettings, variants: int) -> tuple[FeatureBank, FeatureBank]:
    """Validation recordings: variants that no training saw, and as they are."""
    prepared = prepared_data(settings, Path(settings.runs) / settings.name)
    data = settings.data
    corpus, cache = Path(data.corpus), Path(data.cache)
    spoken = [u for u in of_speakers(read_corpus(corpus), data.speakers, corpus) if u.split == "valid"]
    extract_variants(spoken, cache / "valid", range(variants), data.workers)
    natural = [f for f in read_features(cache / "natural") if f.split == "valid"]
    return tuple(  # type: ignore[return-value]
        build_bank(some, prepared.texts, prepared.encoder, GRID, settings.model.bin.fine_bins)
        for some in (read_features(cache / "valid"), natural)
    )


def all_masses(
    estimator: BinEstimator,
    process: DiffusionProcess,
    bank: FeatureBank,
    settings: TrainSettings,
    batches: int,
) -> tuple[dict[str, Queries], float]:
    """Queries of both kinds, and how often pitch and rest have one source."""
    config, training = estimator.config, settings.estimator
    maker = BatchMaker(
        bank, PatchGrid(config.row_heights, config.patch_frames), training.frames, training.ref_frames,
        settings.model.mel_mean, settings.model.mel_std,
    )  # fmt: skip
    ambiguous = ExampleShares(factorised=0.0, switched=0.0)
    drawer = ExampleDrawer(bank, ambiguous, training.frames, training.ref_frames)
    rows: dict[str, list[np.ndarray]] = {kind: [] for kind in KINDS}
    same = []
    for number in tqdm(range(batches), desc="calibration", unit="batch"):
        rng = np.random.default_rng((11, number))
        plans = [drawer.draw(rng) for _ in range(BATCH)]
        same += [p.pitch_from == p.rest_from for p in plans]
        batch = maker.make(plans)
        t = torch.from_numpy(rng.uniform(SMALLEST_T, 1, BATCH).astype(np.float32))
        noise = torch.from_numpy(rng.standard_normal(batch.y0.shape, dtype=np.float32))
        mass = masses_of(estimator, process, batch, t, noise)
        queries = {
            "pitch": (batch.pitch_queries, batch.pitch_from),
            "rest": (batch.rest_queries, batch.rest_from),
        }
        for k, (kind, (on, source)) in enumerate(queries.items()):
            share = mass[..., k] / (mass[..., k] + mass[..., k + 2])
            columns = (share, source == 0, t[:, None].expand_as(share))
            rows[kind].append(np.stack([c[on].float().numpy() for c in columns]))
    found = {kind: np.concatenate(parts, 1) for kind, parts in rows.items()}
    return {kind: Queries(m, s > 0.5, t) for kind, (m, s, t) in found.items()}, float(np.mean(same))


def masses_of(
    estimator: BinEstimator, process: DiffusionProcess, batch: Batch, t: Tensor, noise: Tensor
) -> Tensor:
    """Relative masses (B, Q, 4) on noised targets."""
    a, sigma = (x[:, None, None] for x in process.a_and_sigma(t))
    y_t = (a * batch.y0 + sigma * noise) * batch.frame_mask[:, None]
    with torch.no_grad():
        keys = estimator.encode_references(batch.refs)
        weights = log_weights(batch.visible[:, None], keys.membership)
        out = estimator(y_t, t, batch.mu, batch.frame_mask, keys, weights, relative_time=batch.relative_time)
    return relative_mass(out, key_share(keys.membership))


def explained(bank: FeatureBank) -> dict[str, float]:
    """Share of the variance of log F0 that the speaker, and the voice vector, predict."""
    y = bank.log_f0 - bank.log_f0.mean()
    speakers = np.eye(bank.speaker_id.max() + 1)[bank.speaker_id]
    return {
        "speaker": _predicted(speakers, y, bank.recording_id),
        "voice vector": _predicted(bank.voice.numpy().astype(float), y, bank.recording_id),
    }


def _predicted(x: np.ndarray, y: np.ndarray, recording: np.ndarray) -> float:
    """R^2 of ridge regression, on recordings that the fit has not seen; below 0 is worse than the mean."""
    wrong = np.empty_like(y)
    for fold in range(N_FOLDS):
        test = recording % N_FOLDS == fold
        centre, scale = x[~test].mean(0), x[~test].std(0) + 1e-6
        a, b = (np.c_[(x[on] - centre) / scale, np.ones(on.sum())] for on in (~test, test))
        weights = np.linalg.solve(a.T @ a + RIDGE * np.eye(a.shape[1]), a.T @ y[~test])
        wrong[test] = y[test] - b @ weights
    return float(1 - (wrong**2).mean() / y.var())


def interventions(speaker: Speaker, refs: Sequence[ReferenceFeatures], count: int) -> list[tuple[str, ...]]:
    """A row for every change: F0 moved (semitones), distance from asked, share of the way of the voice."""
    rng = np.random.default_rng(2)
    drawn = (tuple(rng.choice(len(refs), 2, replace=False)) for _ in range(50 * count))
    pairs = [(refs[a], refs[b]) for a, b in drawn if _apart(refs[a], refs[b]) > LEAST_APART][:count]
    plain = speaker.mels(pairs, list(range(count)), MASKED)
    rows = []
    for said, changed, settings, asked in _changes(pairs):
        mels = speaker.mels(changed, list(range(count)), settings)
        f0 = SEMITONES * np.array(
            [
                speaker.log_f0(after) - speaker.log_f0(before)
                for before, after in zip(plain, mels, strict=True)
            ]
        )
        way = [
            _on_the_way(speaker, before, after, pair)
            for before, after, pair in zip(plain, mels, pairs, strict=True)
        ]
        rms = float(np.sqrt(np.mean([((a - b) ** 2).mean() for a, b in zip(plain, mels, strict=True)])))
        cells = (
            f"{np.mean(asked):+.1f}",
            f"{f0.mean():+.1f}",
            f"{_slope(asked, f0)}",
            f"{np.mean(way):+.2f}",
        )
        rows.append((said, *cells, f"{rms:.2f}"))
    return rows


def _changes(
    pairs: Sequence[tuple[ReferenceFeatures, ReferenceFeatures]],
) -> list[tuple[str, list[tuple[ReferenceFeatures, ReferenceFeatures]], SynthSettings, np.ndarray]]:
    none = np.zeros(len(pairs))
    shift = np.where(np.arange(len(pairs)) % 2, SHIFT_SEMITONES, -SHIFT_SEMITONES)
    pitch = [(moved(a, s), b) for (a, b), s in zip(pairs, shift, strict=True)]
    rest = [(a, moved(b, s)) for (a, b), s in zip(pairs, shift, strict=True)]
    to_second = np.array([SEMITONES * (median_log_f0(b) - median_log_f0(a)) for a, b in pairs])
    return [
        (f"F0 of the pitch reference moved by {SHIFT_SEMITONES:g} semitones", pitch, MASKED, shift),
        (
            f"F0 of the rest reference moved by {SHIFT_SEMITONES:g} semitones (slope: leak)",
            rest,
            MASKED,
            shift,
        ),
        ("references exchanged", [(b, a) for a, b in pairs], MASKED, to_second),
        ("pitch from reference 2 too", [(b, b) for _, b in pairs], MASKED, to_second),
        ("rest from reference 1 too", [(a, a) for a, _ in pairs], MASKED, none),
        ("pitch group blanked", list(pairs), replace(MASKED, cfg_pitch=0.0), none),
        ("rest group blanked", list(pairs), replace(MASKED, cfg_rest=0.0), none),
    ]


def _slope(asked: np.ndarray, came: np.ndarray) -> str:
    return f"{np.polyfit(asked, came, 1)[0]:.2f}" if asked.std() > 0 else "-"


def _apart(one: ReferenceFeatures, other: ReferenceFeatures) -> float:
    return float(SEMITONES * abs(median_log_f0(one) - median_log_f0(other)))


def _on_the_way(
    speaker: Speaker, before: np.ndarray, after: np.ndarray, pair: tuple[ReferenceFeatures, ReferenceFeatures]
) -> float:
    """How far the voice vector went from reference 2's voice to reference 1's; 1 is all of it."""
    way = pair[0].voice - pair[1].voice
    change = _voice(speaker, after) - _voice(speaker, before)
    return float(change @ way / (way @ way))


def _voice(speaker: Speaker, mel: np.ndarray) -> np.ndarray:
    f0 = f0_of_mel(torch.from_numpy(mel), GRID, voiced_salience=-1.0).numpy()
    return voice_vector(mel, np.where(speaker.sentence.voiced, f0, 0.0))


def draw(found: dict[str, Queries]) -> Figure:
    """Reliability of both kinds, by time."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    for axes, (kind, queries) in zip(figure.subplots(1, 2), found.items(), strict=True):
        axes.plot([0, 1], [0, 1], color="#999999", lw=1)
        for low, high in pairwise(T_EDGES):
            curve = np.array(queries.between(low, high).curve())
            axes.plot(curve[:, 0], curve[:, 1], "o-", ms=3, label=f"t {low:g} to {high:g}")
        axes.set(
            xlabel=f"relative mass of reference 1 ({kind} queries)", ylabel="source is reference 1",
            title=f"{kind}: calibration", xlim=(0, 1), ylim=(0, 1), aspect="equal",
        )  # fmt: skip
        axes.legend(fontsize=8)
    return figure


def calibration_table(found: dict[str, Queries]) -> str:
    rows = []
    for kind, queries in found.items():
        for low, high in [*pairwise(T_EDGES), (0.0, 1.0)]:
            part = queries.between(low, high)
            error, bits, right = part.figures()
            cells = (f"{error:.3f}", f"{bits:.2f}", f"{right:.0%}", f"{len(part.mass):,}")
            rows.append((kind, f"{low:g} to {high:g}", *cells))
    head = ("queries", "t", "calibration error", "bits to name the source", "right", "number")
    return table(head, rows)


@click.command()
@click.argument("config", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default", show_default=True)
@click.option("--batches", default=40, show_default=True)
@click.option("--variants", default=3, show_default=True)
@click.option("--pairs", default=24, show_default=True)
def main(config: Path, checkpoint: str, batches: int, variants: int, pairs: int) -> None:
    """Measure, and write the page."""
    settings = resolve(TrainSettings, config, ())
    synthesizer = Synthesizer(load_checkpoint(checkpoint))
    model = synthesizer.checkpoint.model
    bank, natural = validation_bank(settings, variants)
    found, same = all_masses(model.estimator, model.config.process, bank, settings, batches)
    r2 = {"recordings as they are": explained(natural), "their variants": explained(bank)}
    speaker = Speaker(synthesizer, encode_sentence(model, phonemize(SENTENCE), 1.0))
    changes = interventions(speaker, recordings(Path(settings.data.corpus), 24, synthesizer, seed=3), pairs)
    told = table(
        ("variance of log F0 predicted by", "speaker", "voice vector"),
        [(said, *(f"{v:.2f}" for v in row.values())) for said, row in r2.items()],
    )
    head = (
        "change",
        "F0 asked, mean",
        "F0 came, mean",
        "slope",
        "voice, share of the way to ref 1",
        "mel, nepers",
    )
    parts = [
        f"# Does the attention mean what it says?\n\n```\n{__doc__}```",
        f"Checkpoint {synthesizer.checkpoint.sha256[:12]}; {len(bank.lengths)} validation items, "
        f"{BATCH * batches} examples; {pairs} pairs of recordings.",
        "## Calibration\n\n![reliability](attention_meaning.png)",
        calibration_table(found),
        f"## Independence\n\n{told}\n\nBoth sources are one reference in {same:.0%} of these examples.",
        f"## Interventions\n\n{table(head, changes)}",
    ]
    write_text(OUT / "attention_meaning.md", "\n\n".join(parts) + "\n")
    write_figure(OUT / "attention_meaning.png", draw(found))
    click.echo("\n\n".join(parts[3:]))


if __name__ == "__main__":
    main()
