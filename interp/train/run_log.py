"""Where the losses of a run go: a line of JSON each, TensorBoard, and a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
from torch.utils.tensorboard import SummaryWriter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Report = Callable[[int, dict[str, float]], None]
SMOOTHED_OVER = 5
PANELS = {"score": ("score",), "mass, nats a query": ("pitch", "rest", "pitch_late", "rest_late")}


@contextmanager
def run_log(folder: Path) -> Iterator[Report]:
    """A function that adds a step's figures to ``folder/log.jsonl`` and ``folder/tensorboard``.

    Both are opened by the first call: a process that never reports leaves no empty file behind.
    """
    with ExitStack() as stack:
        opened: list[tuple[TextIO, SummaryWriter]] = []

        def report(step: int, figures: dict[str, float]) -> None:
            if not opened:
                writer = stack.enter_context(SummaryWriter(folder / "tensorboard"))
                opened.append((stack.enter_context((folder / "log.jsonl").open("a")), writer))
            lines, writer = opened[0]
            lines.write(json.dumps({"step": step, **figures}) + "\n")
            lines.flush()
            for name, value in figures.items():
                writer.add_scalar(name, value, step)

        yield report


def draw_losses(log_file: Path) -> Figure:
    """Score loss on the left, mass losses on the right; thin as logged, thick the mean of five lines."""
    from matplotlib.figure import Figure  # training may do without

    rows = [json.loads(line) for line in log_file.read_text(encoding="utf-8").splitlines()]
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, (title, names) in zip(figure.subplots(1, 2), PANELS.items(), strict=True):
        for name in names:
            steps, losses = np.array([(row["step"], row[name]) for row in rows], dtype=float).T
            (line,) = axes.plot(steps, losses, lw=0.5, alpha=0.4)
            axes.plot(steps, _smooth(losses), color=line.get_color(), label=name)
        axes.set(xlabel="step", title=title)
        axes.legend()
    return figure


def _smooth(losses: np.ndarray) -> np.ndarray:
    """Centred running mean that leaves out what is not a number; shorter at the ends."""
    half = SMOOTHED_OVER // 2
    padded = np.pad(losses, half, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, SMOOTHED_OVER)
    counts = np.isfinite(windows).sum(1)
    return np.asarray(np.where(np.isfinite(windows), windows, 0.0).sum(1) / np.maximum(counts, 1))
