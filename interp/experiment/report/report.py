"""Third stage: tables and pictures of what is there, into the docs folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from interp.experiment.plan import Arm
from interp.experiment.report.columns import Column, column_of, columns_in
from interp.experiment.report.dose import responses, series_of
from interp.experiment.report.plots import dose_response, forest, places
from interp.experiment.report.rows import Rows, rows_of, values
from interp.experiment.report.seed_effect import seed_effects
from interp.experiment.report.tables import (
    conditions_table,
    dose_table,
    paired_table,
    seed_table,
    targets_table,
    write_case_table,
    write_condition_table,
)
from interp.experiment.report.targets import targets
from interp.experiment.store import Store
from interp.experiment.trial import Trial
from interp.reports.tables import Table, markdown
from interp.system.files import make_folder, write_figure, write_text
from masks.errors import InterpError

CONTROLS = ("unguided", "guided")
FOREST = (
    "pitch.nearer_ref1", "pitch.ref1.away", "switch.both_nearer", "speaker.ref2.equalised", "words.wer",
    "dnsmos.overall",
)  # fmt: skip
KINDS = (".png", ".svg")


@dataclass(frozen=True)
class Found:
    """An experiment as its report sees it; ``command`` made it."""

    title: str
    command: str
    checkpoint: str
    arms: tuple[Arm, ...]
    trials: tuple[Trial, ...]
    rows: Rows
    failures: Mapping[tuple[str, str], str]


def gather(
    runs: Path,
    arms: Sequence[Arm],
    trials: Sequence[Trial],
    *,
    windows_end: float,
    title: str,
    command: str,
    checkpoint: str,
) -> Found:
    """Read the runs folder; masses of all conditions are read at the end of the same windows.

    Raises
    ------
    InterpError
        When nothing in it is measured.
    """
    store = Store(runs)
    rows = rows_of(store, arms, trials, windows_end)
    if not any(rows.values()):
        raise InterpError(f"{runs}: nothing is measured yet; run the stages synthesise and measure first")
    said = {(a.name, t.name): store.failure(a.name, t.name) for a in arms for t in trials}
    failures = {key: error for key, error in said.items() if error is not None}
    return Found(title, command, checkpoint, tuple(arms), tuple(trials), rows, failures)


def write_report(found: Found, docs: Path) -> list[Path]:
    """Write ``report.md``, ``cases.csv``, ``conditions.csv`` and the pictures; gives what was written."""
    make_folder(docs)
    columns = columns_in(found.rows)
    pictures = _pictures(found, columns)
    for name, figure in pictures.items():
        for kind in KINDS:
            write_figure(docs / f"{name}{kind}", figure)
    write_case_table(docs / "cases.csv", found.rows, found.trials)
    write_condition_table(docs / "conditions.csv", found.rows, columns)
    write_text(docs / "report.md", _page(found, columns, tuple(pictures)))
    names = ["report.md", "cases.csv", "conditions.csv", *(f"{n}{k}" for n in pictures for k in KINDS)]
    return [docs / name for name in names]


def _pictures(found: Found, columns: Sequence[Column]) -> dict[str, Figure]:
    rows = found.rows
    pictures: dict[str, Figure] = {}
    shown = [c for c in (column_of(figure, columns) for figure in FOREST) if c is not None]
    for control in (c for c in CONTROLS if rows.get(c) and len(rows) > 1 and shown):
        pictures[f"forest_{control}"] = forest(rows, control, shown, found.title)
    if any(values(rows, arm, "pitch.place") for arm in rows):
        pictures["place"] = places(rows, found.title)
    for series in series_of(found.arms):
        pictures[f"dose_{series.name}"] = dose_response(rows, series, found.title)
    return pictures


def _page(found: Found, columns: Sequence[Column], pictures: Sequence[str]) -> str:
    rows, trials = found.rows, found.trials
    n_pairs = len({t.pair for t in trials})
    parts = [
        f"# {found.title}",
        f"{len(trials)} cases, {n_pairs} pairs of references; checkpoint {found.checkpoint[:12]}. Made by:",
        f"    {found.command}",
        "In brackets 95 % bootstrap intervals over cases. What conditions are: docs/experiments.md.\n"
        "What figures mean: docs/measures.md.",
        *_section("Targets", targets_table(targets(rows))),
        *_section("Conditions", conditions_table(rows, columns)),
        *_gender_sections(found, columns),
        *[
            part
            for control in CONTROLS
            if rows.get(control) and len(rows) > 1
            for part in _section(f"Difference from {control}", paired_table(rows, control, columns), PAIRED)
        ],
        *_section("The seed alone", seed_table(seed_effects(rows, trials)), SEEDS),
        *_section(
            "Dose and response",
            dose_table([r for series in series_of(found.arms) for r in responses(rows, series)]),
        ),
        *[f"![{name}]({name}.png)" for name in pictures],
        *_section("Failed", [["condition", "case", "why"], *([*k, v] for k, v in found.failures.items())]),
    ]
    return "\n\n".join(parts) + "\n"


PAIRED = "Paired by case: mean, interval, and Cohen's d_z; shares in points."
SEEDS = "Variance of the output's median log F0, nepers squared; delta: distance of the references' medians."


def _section(title: str, table: Table, words: str = "") -> list[str]:
    """Nothing for a table of a head alone."""
    return [f"## {title}", *([words] if words else []), markdown(table)] if len(table) > 1 else []


def _gender_sections(found: Found, columns: Sequence[Column]) -> list[str]:
    parts = []
    for is_same, title in ((True, "Pairs of one gender"), (False, "Pairs of two genders")):
        cases = [t.name for t in found.trials if t.same_gender is is_same]
        if cases and len(cases) < len(found.trials):
            parts += _section(title, conditions_table(found.rows, columns, cases))
    return parts
