"""Sweeps timed and killed.  python benchmarks/sweeps.py rate  |  python benchmarks/sweeps.py kill

rate: points a minute of one 20-point sweep with the shipped model: one worker a point at a time, one worker
in batches, two workers, and Ray on two local nodes. kill: the same sweep by the command line, killed with
SIGKILL five times and resumed, against an undisturbed run; exactly 20 rows with equal figures, or it says
which differ.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import torch

from interp.backends.contract import Backend
from interp.backends.in_process import InProcess
from interp.backends.processes import Processes
from interp.backends.ray_cluster import RayCluster
from interp.settings.synth import SynthSettings
from interp.sweep.figures import TIMED
from interp.sweep.ledger import Row, has_ledger, open_ledger
from interp.sweep.planning import make_plan
from interp.sweep.run import run_sweep
from interp.sweep.speak import speak_batch
from interp.sweep.spec import read_spec

KILLS = 5
TOLERANCE = 1e-4
SPEC = """
base: {{n_timesteps: {steps}}}
grid:
  guidance.gamma: [0.5, 2]
  tau: [[0.15, 0.3], [0.3, 0.6]]
sentences: [The sun rose over the hill.]
seeds: [0, 1, 2, 3, 4]
batch: {batch}
"""


def write_spec(folder: Path, steps: int, batch: int) -> Path:
    path = folder / f"batch{batch}.yaml"
    path.write_text(SPEC.format(steps=steps, batch=batch), encoding="utf-8")
    return path


def rows_of(folder: Path) -> list[Row]:
    with open_ledger(folder) as ledger:
        return ledger.rows()


def rate(name: str, spec: Path, folder: Path, make: Callable[[], Backend]) -> None:
    """Points a minute from the first to the last record, so that starting up is not counted."""
    plan = make_plan(read_spec(spec))
    counts = run_sweep(plan, folder, make)
    times = sorted(row.finished or 0.0 for row in rows_of(folder))
    first = sum(t == times[0] for t in times)
    minutes = (times[-1] - times[0]) / 60
    print(f"{name:34} {(len(times) - first) / minutes:6.1f} points a minute  {counts}", flush=True)


@click.group()
def main() -> None:
    """Points a minute, and the test of five kills."""


@main.command("rate")
@click.option("--steps", default=SynthSettings().n_timesteps)
@click.option("--only", default="one,batched,two,ray")
def rates(steps: int, only: str) -> None:
    threads = max(1, torch.get_num_threads() // 2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single, batched = (write_spec(folder, steps, size) for size in (1, 5))
        if "one" in only:
            rate("one worker, one by one", single, folder / "one", lambda: InProcess(speak_batch))
        if "batched" in only:
            rate("one worker, batches of 5", batched, folder / "batched", lambda: InProcess(speak_batch))
        if "two" in only:
            rate(
                "two workers, batches of 5",
                batched,
                folder / "two",
                lambda: Processes(2, speak_batch, threads),
            )
        if "ray" in only:
            _rate_on_ray(batched, folder / "ray")


def _rate_on_ray(spec: Path, folder: Path) -> None:
    from ray.cluster_utils import Cluster

    os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")  # a busy machine starts nodes slowly
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    try:
        rate("Ray, two nodes, batches of 5", spec, folder, lambda: RayCluster(speak_batch, cluster.address))
    finally:
        cluster.shutdown()


@main.command()
@click.option("--steps", default=4)
def kill(steps: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = write_spec(folder, steps, 1)
        _command(spec, folder / "whole").wait()
        for number in range(KILLS):
            _kill_at(_command(spec, folder / "killed"), folder / "killed", 3 * number + 2)
        _command(spec, folder / "killed").wait()
        _compare(rows_of(folder / "whole"), rows_of(folder / "killed"))


def _command(spec: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "interp", "sweep", str(spec), "--out", str(out), "--resume", "--quiet"]
    return subprocess.Popen(command)


def _kill_at(process: subprocess.Popen[bytes], folder: Path, n_done: int) -> None:
    """SIGKILL once so many points are done."""
    while process.poll() is None:
        done = sum(r.state == "done" for r in rows_of(folder)) if _begun(folder) else 0
        if done >= n_done:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            print(f"killed with {done} of 20 done", flush=True)
            return
        time.sleep(0.05)
    raise SystemExit("it ended before it was killed")


def _begun(folder: Path) -> bool:
    return folder.is_dir() and has_ledger(folder)


def _compare(whole: list[Row], killed: list[Row]) -> None:
    assert len(whole) == len(killed) == 20
    assert {r.state for r in whole + killed} == {"done"}
    different = [
        (a.number, key, a.figures[key], b.figures[key])
        for a, b in zip(whole, killed, strict=True)
        for key in a.figures
        if key not in TIMED and not _equal(a.figures[key], b.figures[key])
    ]
    exact = sum(a.figures[k] == b.figures[k] for a, b in zip(whole, killed, strict=True) for k in a.figures)
    print(f"20 rows, {exact} figures bit for bit equal, {len(different)} beyond {TOLERANCE}: {different}")


def _equal(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and abs(a - b) <= TOLERANCE * max(1.0, abs(a)))


if __name__ == "__main__":
    main()
