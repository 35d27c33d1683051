"""A page of a benchmark: interleaved medians, children measured for memory, table, CSV and plot."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import torch

from interp.reports.tables import markdown, write_csv
from interp.system.files import write_figure, write_text

FOLDER = Path(__file__).parents[2] / "docs" / "benchmarks"
OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=FOLDER, help="Folder.  [default: docs/benchmarks]"
)


@dataclass(frozen=True)
class Row:
    """One measured figure: what, value with unit, the baseline it was measured beside, the target."""

    what: str
    value: float
    unit: str
    baseline: str
    target: str = ""


def interleaved(ways: Mapping[str, Callable[[], object]], repeats: int, warm_up: int = 1) -> dict[str, float]:
    """Median seconds of each way, run in turn so that a busy machine is as busy for all of them."""
    for _ in range(warm_up):
        for way in ways.values():
            way()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def in_child(script: str, *arguments: object) -> dict[str, float]:
    """What ``script --child ARGUMENTS`` prints as JSON in a fresh process."""
    command = [sys.executable, script, "--child", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def forget_peak() -> float:
    """Resident memory now, MiB; `peak_mib` counts from here (on Linux; else both are the peak so far)."""
    reset, now = Path("/proc/self/clear_refs"), Path("/proc/self/statm")
    if not reset.exists():
        return peak_mib()
    reset.write_text("5")
    return int(now.read_text().split()[1]) * resource.getpagesize() / 2**20


def peak_mib() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_report(
    name: str, title: str, rows: Sequence[Row], says: str, plot: Callable[..., None] | None = None
) -> None:
    """Write ``docs/benchmarks/NAME.md``, ``.csv`` and, with a plot, ``.png``."""
    lines = [
        f"# {title}",
        "",
        says,
        "",
        _machine(),
        "",
        "| what | measured | beside | target |",
        "|---|---|---|---|",
    ]
    lines += [f"| {r.what} | {r.value:.3g} {r.unit} | {r.baseline} | {r.target} |" for r in rows]
    if plot is not None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 4), layout="constrained")
        plot(figure)
        write_figure(FOLDER / f"{name}.png", figure)
        lines += ["", f"![{title}]({name}.png)"]
    write_text(FOLDER / f"{name}.md", "\n".join([*lines, ""]))
    write_csv(FOLDER / f"{name}.csv", [asdict(row) for row in rows])
    print("\n".join(lines))


def _machine() -> str:
    load = os.getloadavg()[0]
    busy = (
        f" **Load average {load:.1f}: trust ratios, not seconds.**"
        if load > 0.5 + torch.get_num_threads()
        else ""
    )
    threads = f"{torch.get_num_threads()} threads of {os.cpu_count()} cores"
    return f"{platform.machine()}, {threads}, torch {torch.__version__}.{busy}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return markdown([list(head), *map(list, rows)])
