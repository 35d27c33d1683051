"""Does the tuning keep its promises?  python benchmarks/guidance_statistics.py CORPUS [--sentences 120]

Guided runs with default settings: test sentences, references of two speakers outside training, random seeds,
both modes; every tuned step is a case. Written to docs/benchmarks/guidance_statistics.md:

- gradient: steps whose gradient is zero and that do not say *saturated*; values that are not finite
- acceptance: proposals accepted within one halving; decrease over what the slope predicts
- typical noise: statistics of the tuned normals outside fresh noise's 99 % range, beside the same of the
  normals before they were tuned (with the ODE these are not fresh ones) and of fresh ones
- displacement along the objective's gradient, in sigmas
- held-out layers: their pitch mass on reference 1 before and after, which the objective does not read
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import numpy as np
import torch
from shared.page import OUT, table
from shared.speaker import batch_of, draw
from torch import Tensor
from tqdm import tqdm

from guidance.masses import AttentionMasses
from guidance.noise_stats import NoiseStats, noise_stats
from guidance.trace import TraceRow
from guidance.tuner import NoiseTuner
from interp.diffusion.sampler import StepState
from interp.estimators.bin.bound import BoundModel
from interp.modes.registry import MODES
from interp.settings.synth import Mode, SynthSettings
from interp.synthesis.pipeline import Synthesizer

BATCH = 4
STATISTICS = ("kurtosis", "lag1_time", "lag1_frequency", "spectrum_time", "spectrum_frequency")


@dataclass
class Watch:
    """A tuner that looks at the normals and at layers held out before and after the one it wraps."""

    tuner: NoiseTuner
    held_out: BoundModel
    column: int
    pitch: Tensor
    before: list[NoiseStats] = field(default_factory=list)
    after: list[NoiseStats] = field(default_factory=list)
    norm_error: list[float] = field(default_factory=list)
    held_out_before: list[list[float]] = field(default_factory=list)
    held_out_after: list[list[float]] = field(default_factory=list)

    def __call__(self, state: StepState) -> tuple[Tensor, Tensor] | None:
        tuned = self.tuner(state)
        if tuned is None:
            return None
        z, _ = tuned
        self.before += noise_stats(state.z, state.frame_mask)
        self.after += noise_stats(z, state.frame_mask)
        norms = [torch.linalg.vector_norm(x * state.frame_mask[:, None], dim=(1, 2)) for x in (state.z, z)]
        self.norm_error += (norms[1] / norms[0] - 1).abs().tolist()
        self.held_out_before += self._mass(state)
        self.held_out_after += self._mass(replace(state, z=z))
        return tuned

    def _mass(self, state: StepState) -> list[list[float]]:
        """Of every sample, the mass in every layer held out."""
        found: AttentionMasses = self.held_out.masses(state.x_t, state.times)
        mass = torch.stack([of_layer[..., self.column] for of_layer in found.mass], 1)
        on = self.pitch[:, None]
        return ((mass * on).sum(2) / on.sum(2).clamp(min=1)).tolist()


@dataclass(frozen=True)
class Cases:
    """All tuned steps."""

    rows: list[TraceRow]
    watches: list[Watch]

    def all_of(self, name: str) -> list:
        return [x for watch in self.watches for x in getattr(watch, name)]


def run_batch(
    synthesizer: Synthesizer, drawn: list, seeds: list[int], settings: SynthSettings
) -> tuple[list[TraceRow], Watch]:
    """One guided batch, watched."""
    run = batch_of(synthesizer, drawn, seeds, settings)
    binding = run.binding
    assert isinstance(binding.model, BoundModel)
    rows: list[TraceRow] = []
    name = "pitch" if MODES[settings.mode].bands else "span1.pitch"
    watch = Watch(
        NoiseTuner(binding.tuning, rows.append),
        replace(binding.model, layers=held_out_layers(binding.model)),
        0,
        binding.tuning.queries.of_layer(0, name),
    )
    run(binding.model.score, make_tuner=lambda *_: watch)
    return rows, watch


def held_out_layers(model: BoundModel) -> tuple[int, ...]:
    """Those that the objective does not read."""
    return tuple(i for i in range(len(model.estimator.config.cross_layers)) if i not in model.layers)


def outside(stats: list[NoiseStats], name: str) -> float:
    """Share whose statistic lies outside the range that holds 99 % of fresh normals' (of its own length)."""
    low, high = fresh_range(name)
    return float(np.mean([not low <= s.against_fresh[name] <= high for s in stats]))


_FRESH: list[NoiseStats] = []


def fresh_range(name: str) -> tuple[float, float]:
    if not _FRESH:
        _FRESH.extend(fresh(2000, seed=1))
    low, high = np.percentile([s.against_fresh[name] for s in _FRESH], [0.5, 99.5])
    return float(low), float(high)


def fresh(n: int, seed: int) -> list[NoiseStats]:
    generator = torch.Generator().manual_seed(seed)
    mask = torch.ones(20, 240, dtype=torch.bool)
    return [
        s for _ in range(n // 20) for s in noise_stats(torch.randn(20, 80, 240, generator=generator), mask)
    ]


def figures_of(cases: Cases, step_share: float) -> list[tuple[str, str, str]]:
    rows = cases.rows
    moved = [r for r in rows if r.accepted]
    first = [r.step_size >= 0.49 * step_share for r in moved]
    ratio = [
        (r.loss_before - r.loss_after) / (r.predicted_decrease * r.step_size / step_share) for r in moved
    ]
    within = np.mean([0.5 <= x <= 1.5 for x in ratio])
    sigmas = np.median([r.displacement_sigma for r in moved])
    silent = sum(r.grad_norm == 0 and r.outcome != "saturated" for r in rows)
    saturated = sum(r.outcome == "saturated" for r in rows)
    tried = len(rows) - saturated
    unlike = fresh(2000, seed=2)
    held = np.array([cases.all_of("held_out_before"), cases.all_of("held_out_after")])
    found = [
        ("cases (tuned steps of one sentence)", str(len(rows)), "1,000 in both"),
        ("gradient zero without *saturated*", str(silent), "0"),
        ("saturated", f"{saturated / len(rows):.1%}", ""),
        ("accepted within one halving, of those tried", f"{sum(first) / tried:.1%}", "90 %"),
        ("actual over predicted decrease within 0.5-1.5", f"{within:.1%}", "80 %"),
        ("actual over predicted decrease, median", f"{np.median(ratio):.2f}", ""),
        ("displacement along the gradient, sigmas, median", f"{sigmas:.2f}", "stated"),
        ("norm kept, worst", f"{max(cases.all_of('norm_error')):.1e}", "1e-5"),
    ]  # fmt: skip
    for name in STATISTICS:
        shares = [outside(s, name) for s in (cases.all_of("after"), cases.all_of("before"), unlike)]
        found.append(
            (
                f"{name} outside fresh noise's 99 % (tuned / as it was / fresh)",
                " / ".join(f"{s:.1%}" for s in shares),
                "2 points over fresh",
            )
        )
    for number, layer in enumerate(cases.watches[0].held_out.layers):
        before, after = held[..., number]
        found.append(
            (
                f"held-out layer {layer}: mass on ref 1's pitch over its queries, before -> after a step",
                f"{before.mean():.3f} -> {after.mean():.3f}, up in {np.mean(after > before):.0%}",
                "rises",
            )
        )
    return found


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--checkpoint", default="default")
@click.option("--sentences", default=120, help="Guided runs, half of them in each mode.")
@click.option("--set", "assignments", multiple=True, help="step_share=0.01 ... of the guidance.")
@OUT
def main(corpus: Path, checkpoint: str, sentences: int, assignments: tuple[str, ...], out: Path) -> None:
    """Run, and write the tables."""
    synthesizer = Synthesizer.load(checkpoint)
    changes = {key: float(value) for key, _, value in (a.partition("=") for a in assignments)}
    drawn = list(draw(corpus, sentences, synthesizer))
    lines = []
    modes: tuple[Mode, ...] = ("freq", "temp")
    for number, mode in enumerate(modes):
        base = SynthSettings(mode=mode)
        settings = replace(base, guidance=replace(base.guidance, **changes))
        cases = Cases([], [])
        mine = drawn[number::2]
        with torch.no_grad():
            for start in tqdm(range(0, len(mine), BATCH), desc=mode):
                batch = mine[start : start + BATCH]
                rows, watch = run_batch(
                    synthesizer, batch, [1000 + start + i for i in range(len(batch))], settings
                )
                cases.rows.extend(rows)
                cases.watches.append(watch)
        lines += [(mode, *line) for line in figures_of(cases, settings.guidance.step_share)]
    write(out, lines, synthesizer.checkpoint.sha256[:12])


def write(out: Path, lines: list[tuple[str, str, str, str]], checkpoint: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    head = ("mode", "what", "found", "target")
    with (out / "guidance_statistics.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *lines])
    text = table(head, lines)
    says = f"# Guidance, in numbers\n\n```\n{__doc__}```\n\nCheckpoint {checkpoint}.\n\n{text}\n"
    (out / "guidance_statistics.md").write_text(says)
    print(text)


if __name__ == "__main__":
    main()
