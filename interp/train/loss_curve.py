"""The losses of a run as a picture, from the log that training leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

SMOOTHED_OVER = 5
PANELS = {"score": ("score",), "mass, nats a query": ("pitch", "rest", "pitch_late", "rest_late")}


def draw_losses(log_file: Path) -> Figure:
    """Score loss on the left, mass losses on the right; thin as logged, thick the mean of five lines."""
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
