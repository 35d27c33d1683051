"""Steps that the second-order solver needs.  python benchmarks/cost_solver.py [--reference 1000] [--seeds 16]

ODE: mean absolute distance of mels (nepers) from a solution of 1,000 Euler steps on the same noise; how many
dpmpp2 steps come as near as 100 Euler steps. SDE: distributions over seeds: difference of the mean mel and
ratio of the variances from those of 100 Euler steps, beside what a second set of seeds of these differs by.
"""

from __future__ import annotations

from dataclasses import replace

import click
import numpy as np
from shared.page import Row, write_report
from shared.scene import PLAIN, Scene

STEPS = (4, 6, 8, 10, 12, 16, 20, 30, 40)
TEXT = "The boy was there."


def ode(scene: Scene, reference: int, seeds: list[int]) -> dict[tuple[str, int], float]:
    """Distances from the long run by solver and steps."""
    base = replace(PLAIN, sampler="ode")
    truth = np.stack(scene.mels(replace(base, solver="euler", n_timesteps=reference), seeds))
    runs = [("euler", reference // 10), *(("dpmpp2", n) for n in STEPS), *(("euler", n) for n in STEPS)]
    return {
        (solver, n): float(
            np.abs(np.stack(scene.mels(replace(base, solver=solver, n_timesteps=n), seeds)) - truth).mean()
        )
        for solver, n in runs
    }


def sde_rows(scene: Scene, n_seeds: int, many: int) -> list[Row]:
    """dpmpp2 of few steps against Euler of many, over seeds."""
    base = replace(PLAIN, sampler="sde")
    euler = replace(base, solver="euler", n_timesteps=many)
    seeds = list(range(n_seeds))
    truth, other = (np.stack(scene.mels(euler, [s + shift for s in seeds])) for shift in (0, n_seeds))
    rows = []
    for n in (12, 20):
        mels = np.stack(
            scene.mels(replace(base, solver="dpmpp2", n_timesteps=n), [s + 2 * n_seeds for s in seeds])
        )
        mean, variance = _difference(mels, truth)
        mean_0, variance_0 = _difference(other, truth)
        beside = f"other seeds of {many} Euler steps"
        rows.append(
            Row(f"SDE, dpmpp2 {n}: difference of mean mels", mean, "nepers", f"{beside}: {mean_0:.3f}")
        )
        rows.append(
            Row(f"SDE, dpmpp2 {n}: ratio of variances", variance, "", f"{beside}: {variance_0:.2f}", "near 1")
        )
    return rows


def _difference(some: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    return float(np.abs(some.mean(0) - others.mean(0)).mean()), float(
        some.var(0).mean() / others.var(0).mean()
    )


@click.command()
@click.option(
    "--reference", default=1000, help="Euler steps of the solution; a tenth of them is the baseline."
)
@click.option("--seeds", default=12, help="For the ODE.")
@click.option("--sde-seeds", default=16)
@click.option("--checkpoint", default="default")
def main(reference: int, seeds: int, sde_seeds: int, checkpoint: str) -> None:
    scene = Scene.load(checkpoint, TEXT)
    found = ode(scene, reference, list(range(seeds)))
    baseline = found["euler", reference // 10]
    enough = [n for n in STEPS if found["dpmpp2", n] <= baseline]
    beside = f"{baseline:.4f} nepers of {reference // 10} Euler steps"
    rows = [
        Row(
            "ODE: dpmpp2 steps as near as that many Euler steps",
            min(enough, default=float("nan")),
            "steps",
            beside,
            "at most 12",
        ),
        *(Row(f"ODE: distance of {n} dpmpp2 steps", found["dpmpp2", n], "nepers", "") for n in STEPS),
    ]
    rows += sde_rows(scene, sde_seeds, max(20, reference // 10)) if sde_seeds else []

    def plot(figure) -> None:
        axes = figure.subplots()
        for solver in ("dpmpp2", "euler"):
            axes.loglog(STEPS, [found[solver, n] for n in STEPS], "o-", label=solver)
        axes.axhline(baseline, color="grey", label=f"{reference // 10} Euler steps")
        axes.set(xlabel="steps", ylabel=f"mean distance from {reference} Euler steps, nepers")
        axes.legend()

    says = f"{scene.seconds:.1f} s of speech, unguided, {seeds} seeds, `benchmarks/cost_solver.py`."
    write_report("cost_solver", "Steps that a solver needs", rows, says, plot)


if __name__ == "__main__":
    main()
