"""Pictures of the report: forest plot, where the pitch came out, dose and response."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interp.experiment.report.columns import Column
from interp.experiment.report.dose import RESPONSES, Series
from interp.experiment.report.rows import Rows, values
from interp.experiment.report.statistics import paired, summary

INK, ACCENT, PALE = "#333333", "#4477aa", "#bbbbbb"
PLACE_LIMITS, PLACE_BINS = (-1.0, 2.0), 25
MOST_PANELS = 24


def forest(rows: Rows, control: str, columns: Sequence[Column], title: str) -> Figure:
    """Paired mean differences from a control with their 95 % intervals, a panel a figure."""
    arms = [arm for arm in rows if arm != control]
    figure = Figure(figsize=(3.2 * len(columns) + 1.6, 0.3 * len(arms) + 1.8), layout="constrained")
    axes = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for axis, column in zip(axes, columns, strict=True):
        _forest_panel(axis, rows, control, arms, column)
    axes[0].set_yticks(range(len(arms)), arms)
    axes[0].invert_yaxis()
    figure.suptitle(f"{title}: paired difference from {control}, mean and 95 % interval", fontsize=11)
    return figure


def _forest_panel(axis: Axes, rows: Rows, control: str, arms: Sequence[str], column: Column) -> None:
    scale = 100 if column.percent else 1
    axis.axvline(0, color=PALE, lw=1)
    for y, arm in enumerate(arms):
        found = paired(values(rows, arm, column.figure), values(rows, control, column.figure))
        if found is None:
            continue
        mean, low, high = (found.interval.mean, found.interval.low, found.interval.high)
        colour = ACCENT if found.interval.excludes_zero else INK
        if low is not None and high is not None:
            axis.plot([scale * low, scale * high], [y, y], color=colour, lw=1.5)
        axis.plot(scale * mean, y, "s", color=colour, ms=5)
    title = column.title.replace(", median", ", mean")
    axis.set_title(f"{title}, points" if column.percent else title, fontsize=9)
    axis.tick_params(labelsize=8)


def places(rows: Rows, title: str) -> Figure:
    """Histogram of (F0 - ref 2) / (ref 1 - ref 2) in log F0, a panel a condition."""
    arms = [arm for arm in rows if values(rows, arm, "pitch.place")][:MOST_PANELS]
    n_columns = min(4, max(1, len(arms)))
    n_rows = max(1, -(-len(arms) // n_columns))
    figure = Figure(figsize=(3 * n_columns, 1.9 * n_rows + 0.8), layout="constrained")
    axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    bins = np.linspace(*PLACE_LIMITS, PLACE_BINS)
    for axis, arm in zip(axes, arms, strict=False):
        found = np.clip(list(values(rows, arm, "pitch.place").values()), *PLACE_LIMITS)
        axis.hist(found, bins=bins, color=ACCENT)
        for reference in (0, 1):
            axis.axvline(reference, color=INK, lw=0.8, ls=":")
        axis.set_title(f"{arm} ({len(found)})", fontsize=9)
        axis.tick_params(labelsize=8)
    for axis in axes[len(arms) :]:
        axis.set_visible(False)
    figure.supxlabel(
        "(F0 - ref 2) / (ref 1 - ref 2) in log F0: 0 is reference 2, 1 is reference 1", fontsize=9
    )
    figure.supylabel("cases", fontsize=9)
    figure.suptitle(f"{title}: where the pitch came out", fontsize=11)
    return figure


def dose_response(rows: Rows, series: Series, title: str) -> Figure:
    """Every response over the dose: utterances pale, mean with its 95 % interval."""
    shown = [r for r in RESPONSES if any(values(rows, arm, r[0]) for arm in series.arms)]
    figure = Figure(figsize=(3.4 * max(1, len(shown)), 3.2), layout="constrained")
    axes = figure.subplots(1, max(1, len(shown)), squeeze=False)[0]
    for axis, (name, label) in zip(axes, shown, strict=False):
        _dose_panel(axis, rows, series, name)
        axis.set_title(label, fontsize=9)
        axis.set_xlabel(series.name, fontsize=9)
        axis.tick_params(labelsize=8)
    figure.suptitle(f"{title}: dose and response, {series.name}", fontsize=11)
    return figure


def _dose_panel(axis: Axes, rows: Rows, series: Series, name: str) -> None:
    columns = [values(rows, arm, name) for arm in series.arms]
    x = range(len(series.doses))
    for case in columns[0]:
        axis.plot(x, [column.get(case, np.nan) for column in columns], color=PALE, lw=0.5, alpha=0.6)
    for at, column in zip(x, columns, strict=True):
        found = summary(list(column.values()), "mean")
        if found is None:
            continue
        axis.plot(at, found.mean, "o", color=ACCENT)
        if found.low is not None and found.high is not None:
            axis.plot([at, at], [found.low, found.high], color=ACCENT, lw=1.5)
    axis.set_xticks(x, [f"{dose:g}" for dose in series.doses])
