"""Tables of the report, as lists of rows of text, and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interp.experiment.report.columns import Column
from interp.experiment.report.dose import Response
from interp.experiment.report.rows import Rows, values
from interp.experiment.report.seed_effect import SeedEffect
from interp.experiment.report.statistics import Paired, paired, summary
from interp.experiment.report.targets import Target
from interp.experiment.trial import Trial
from interp.reports.intervals import Interval
from interp.reports.tables import Table, write_csv

SHOWN_DIGITS = 6  # more than any figure is good for


def conditions_table(rows: Rows, columns: Sequence[Column], cases: Sequence[str] | None = None) -> Table:
    """Every figure of every condition with its interval."""
    body = []
    for arm in rows:
        found = {c.figure: list(values(rows, arm, c.figure, cases).values()) for c in columns}
        cells = [_with_interval(c, summary(found[c.figure], c.statistic)) for c in columns]
        body.append([arm, str(max(map(len, found.values()), default=0)), *cells])
    return [["condition", "cases", *(c.title for c in columns)], *body]


def paired_table(rows: Rows, control: str, columns: Sequence[Column]) -> Table:
    """Mean differences from a control over the cases of both, with intervals and d_z; shares in points."""
    shown = [c for c in columns if c.compared and values(rows, control, c.figure)]
    others = [arm for arm in rows if arm != control]
    body = [[arm, *(_difference(c, _paired(rows, arm, control, c)) for c in shown)] for arm in others]
    return [[f"less {control}", *(c.title.replace(", median", ", mean") for c in shown)], *body]


def targets_table(found: Sequence[Target]) -> Table:
    """Targets, one a line."""
    words = {True: "yes", False: "no", None: "-"}
    body = [[t.what, t.found, t.wanted, words[t.met]] for t in found]
    return [["target", "found", "wanted", "met"], *body]


def seed_table(effects: Sequence[SeedEffect]) -> Table:
    """Variances of log F0 over seeds."""
    head = [
        "condition", "pairs", "seeds", "variance over seeds (its root, st)", "total variance",
        "of the total", "of (delta / 2)^2", "nearer to ref 1",
    ]  # fmt: skip
    body = [
        [
            e.condition, str(e.n_pairs), str(e.n_seeds),
            f"{e.within.mean:.4f} ({17.3123 * e.within.mean**0.5:.2f})", f"{e.total:.4f}",
            f"{e.of_total:.0%}", _interval(e.of_half_distance, "{:.2f}"), _interval(e.nearer, "{:.0%}"),
        ]
        for e in effects
    ]  # fmt: skip
    return [head, *body]


def dose_table(found: Sequence[Response]) -> Table:
    """Rank correlations per utterance."""
    body = [
        [r.series, r.of, str(r.n), "-" if r.rho is None else _interval(r.rho, "{:.2f}"), f"{r.monotone:.0%}"]
        for r in found
    ]
    return [["series", "response", "utterances", "Spearman, mean", "at 0.8 or more"], *body]


def write_case_table(path: Path, rows: Rows, trials: Sequence[Trial]) -> None:
    """Everything of every case under every condition as CSV."""
    lines = [
        {"condition": arm, **_described(trial), **rows[arm][trial.name]}
        for arm in rows
        for trial in trials
        if trial.name in rows[arm]
    ]
    write_csv(path, lines, SHOWN_DIGITS)


def write_condition_table(path: Path, rows: Rows, columns: Sequence[Column]) -> None:
    """Figures of every condition with the ends of their intervals as CSV."""
    lines = []
    for arm in rows:
        for c in columns:
            found = summary(list(values(rows, arm, c.figure).values()), c.statistic)
            if found is not None:
                lines.append({"condition": arm, "figure": c.figure, "statistic": c.statistic, **vars(found)})
    write_csv(path, lines, SHOWN_DIGITS)


def _described(trial: Trial) -> dict[str, Any]:
    return {
        "case": trial.name, "pair": trial.pair, "same_gender": trial.same_gender, "seed": trial.seed,
        "text": trial.text, "ref1": trial.ref1.name, "ref2": trial.ref2.name,
    }  # fmt: skip


def _with_interval(column: Column, found: Interval | None) -> str:
    if found is None:
        return "-"
    if found.low is None or found.high is None or not column.compared:
        return column.text(found.mean)
    return f"{column.text(found.mean)} ({column.text(found.low)} to {column.text(found.high)})"


def _paired(rows: Rows, arm: str, control: str, column: Column) -> Paired | None:
    return paired(values(rows, arm, column.figure), values(rows, control, column.figure))


def _difference(column: Column, found: Paired | None) -> str:
    if found is None:
        return "-"
    interval, effect = found.interval, "" if found.effect is None else f", d {found.effect:.2f}"
    if interval.low is None or interval.high is None:
        return column.difference(interval.mean)
    ends = f"{column.difference(interval.low)} to {column.difference(interval.high)}"
    return f"{column.difference(interval.mean)} ({ends}{effect})"


def _interval(found: Interval, form: str) -> str:
    if found.low is None or found.high is None:
        return form.format(found.mean)
    return f"{form.format(found.mean)} ({form.format(found.low)} to {form.format(found.high)})"
