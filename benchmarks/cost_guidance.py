"""What guidance costs beside plain sampling.  python benchmarks/cost_guidance.py [--repeats 5] [--longest 60]

On the shipped checkpoint and the demo references: a guided step against a plain one, guided synthesis against
plain, unguided steps of a guided run against those of a plain run and what autograd keeps in them, a batch of
8 against 8 runs, peak memory over the length of the speech (a fresh process for each length).
"""

from __future__ import annotations

import json
import math
import statistics
import time
from dataclasses import replace
from itertools import pairwise

import click
import torch
from shared.page import Row, forget_peak, in_child, interleaved, peak_mib, write_report
from shared.scene import GUIDED, PLAIN, SENTENCE, Scene, with_layers

from guidance.step import tangential_step
from guidance.tuner import StepLandscape
from interp.cli.jobs import DEMO_REFERENCES
from interp.synthesis.pipeline import Synthesizer
from interp.system.shipped import data_path

PROGRESS = 0.3
SECONDS_A_SENTENCE = 5.0


def step_rows(scene: Scene, repeats: int) -> list[Row]:
    """One epoch without halving (slope, move, re-measure with the score) against the plain evaluation."""
    state = scene.state_at(PROGRESS)
    plain = scene.bind(PLAIN).binding.model
    n_layers = len(scene.synthesizer.checkpoint.model.estimator.config.cross_layers)
    chosen = {
        "default layers": (GUIDED, "3.1"),
        "all layers": (with_layers(GUIDED, tuple(range(n_layers))), "3.1"),
        "layers up to the middle": (with_layers(GUIDED, tuple(range((n_layers + 1) // 2))), "1.9"),
    }
    ways = {"plain": lambda: _plain(plain, state)}
    for name, (settings, _) in chosen.items():
        ways[name] = _guided_step(scene.bind(settings).binding.tuning, state)
    found = interleaved(ways, repeats)
    return [
        Row(
            f"guided step over plain step, {name}",
            found[name] / found["plain"],
            "",
            f"plain {1000 * found['plain']:.0f} ms",
            target,
        )
        for name, (_, target) in chosen.items()
    ]


def _plain(model, state) -> None:
    with torch.no_grad():
        model.score(state.x_t, state.times)


def _guided_step(tuning, state):
    landscape = StepLandscape(tuning, state, tuning.objective.terms(1))
    share = torch.full((len(state.z),), tuning.settings.step_share)

    def step() -> None:
        with torch.no_grad():
            slope = landscape.slope(state.z, ())
            landscape.evaluate(
                tangential_step(state.z, slope.uphill, share, state.frame_mask), slope.readings
            )

    return step


def synthesis_rows(scene: Scene, repeats: int) -> list[Row]:
    found = interleaved(
        {"plain": lambda: scene.mels(PLAIN, [0]), "guided": lambda: scene.mels(GUIDED, [0])}, repeats
    )
    ratio = found["guided"] / found["plain"]
    return [
        Row(
            "guided over plain synthesis, default settings, decoding",
            ratio,
            "",
            f"plain {found['plain']:.2f} s",
            "1.6",
        )
    ]


def unguided_rows(scene: Scene, repeats: int) -> list[Row]:
    """Steps outside the windows: their time in both runs, and the bytes that autograd saves in them."""
    ratios, kept = [], [0]
    for _ in range(repeats):
        plain, _ = _step_times(scene, PLAIN, [0])
        guided, inside = _step_times(scene, GUIDED, kept)
        outside = [i for i in range(len(plain)) if i not in inside]
        ratios.append(statistics.median(guided[i] / plain[i] for i in outside))
    return [
        Row("unguided step, guided run over plain run", statistics.median(ratios), "", "in turn", "1.02"),
        Row("autograd memory saved in unguided steps", kept[0] / 2**20, "MiB", "saved-tensor hooks", "0"),
    ]  # fmt: skip


def _step_times(scene: Scene, settings, kept: list[int]) -> tuple[list[float], set[int]]:
    """Seconds of every step and which of them were tuned; `kept[0]` grows by what unguided steps save."""
    run = scene.bind(settings)
    rows, ends, saved = [], [time.perf_counter()], [0]

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        saved[0] += tensor.nbytes
        return tensor

    def note(state, _) -> None:
        ends.append(time.perf_counter())
        if not any(row.step == state.index for row in rows):
            kept[0] += saved[0]
        saved[0] = 0

    with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        run(run.binding.model.score, note, rows.append)
    return [b - a for a, b in pairwise(ends)], {row.step for row in rows}


def batch_rows(scene: Scene, repeats: int) -> list[Row]:
    seeds = list(range(8))
    ways = {
        "single": lambda: [scene.mels(GUIDED, [s]) for s in seeds],
        "batch": lambda: scene.mels(GUIDED, seeds),
    }
    found = interleaved(ways, repeats, warm_up=0)
    return [Row("batch of 8 guided sentences over 8 single runs", found["batch"] / found["single"], "",
                f"single runs {found['single']:.1f} s", "1.0 on 2 cores, 0.4 on a GPU")]  # fmt: skip


def memory(seconds: float) -> dict[str, float]:
    """Peak memory of guided synthesis above that of the loaded model and read references."""
    synthesizer = Synthesizer.load()
    refs = [data_path(name) for name in DEMO_REFERENCES]
    settings = replace(GUIDED, n_timesteps=4)
    synthesizer("The boy.", *refs, settings)
    before = forget_peak()
    spoken = synthesizer(" ".join([SENTENCE] * max(1, round(seconds / SECONDS_A_SENTENCE))), *refs, settings)
    return {"seconds": spoken.seconds_audio, "mib": peak_mib() - before}


def memory_rows(longest: float) -> tuple[list[Row], list[dict[str, float]]]:
    found = [in_child(__file__, seconds) for seconds in (10, 20, 40, 60) if seconds <= longest]
    first, last = found[0], found[-1]
    exponent = math.log(last["mib"] / first["mib"]) / math.log(last["seconds"] / first["seconds"])
    beside = ", ".join(f"{row['seconds']:.0f} s: {row['mib']:.0f} MiB" for row in found)
    return [Row("growth exponent of peak memory over length", exponent, "", beside, "1.1")], found


@click.command()
@click.option("--child", type=float, hidden=True)
@click.option("--repeats", default=5)
@click.option(
    "--longest", default=60.0, help="Longest speech for the memory curve, seconds; under 20 leaves it out."
)
@click.option("--checkpoint", default="default")
def main(child: float | None, repeats: int, longest: float, checkpoint: str) -> None:
    if child is not None:
        print(json.dumps(memory(child)))
        return
    scene = Scene.load(checkpoint)
    rows = [*step_rows(scene, 3 * repeats), *synthesis_rows(scene, repeats), *unguided_rows(scene, repeats)]
    rows += batch_rows(scene, max(1, repeats // 2))
    curve: list[dict[str, float]] = []
    if longest >= 20:
        more, curve = memory_rows(longest)
        rows += more

    def plot(figure) -> None:
        axes = figure.subplots()
        axes.loglog([row["seconds"] for row in curve], [row["mib"] for row in curve], "o-")
        axes.set(xlabel="speech, s", ylabel="peak memory above the loaded model, MiB")

    says = f"{scene.seconds:.1f} s of speech, default settings, interleaved medians, `cost_guidance.py`."
    write_report("cost_guidance", "What guidance costs", rows, says, plot if curve else None)


if __name__ == "__main__":
    main()
