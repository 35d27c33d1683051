"""What a sweep found, written: one page, and tables of points and settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from interp.audio.read import load_reference
from interp.audio.write import sound_bytes
from interp.sweep.figures import labels_of
from interp.sweep.ledger import Row, open_ledger
from interp.sweep.report.page import Report, best_points, control_of, page_of
from interp.sweep.report.summary import settings_in
from interp.sweep.report.tables import NO_PARQUET, has_parquet, points_table, settings_table, write_table
from interp.sweep.spec import BestBy
from interp.system.files import make_folder, write_text
from masks.errors import InterpError

LONGEST_REFERENCE_S = 10.0


def write_sweep_report(folder: Path, out: Path) -> tuple[list[Path], list[str]]:
    """Write ``index.html`` and the tables; gives the files written, and what the user should know.

    Raises
    ------
    InterpError
        When the folder holds no sweep, no point of it is done, or ``out`` cannot be written.
    """
    with open_ledger(folder) as ledger:
        rows, best, measures = ledger.rows(), ledger.best, ledger.measures
    settings = settings_in(rows)
    if not settings:
        raise InterpError(
            f"{folder}: no point is done yet; run it first, or see interp sweep status {folder}"
        )
    labels = {figure: label for figure, label in labels_of(measures).items() if _varies(rows, figure)}
    page, notes = _page(folder, rows, best, labels)
    make_folder(out)
    write_text(out / "index.html", page)
    written = [
        out / "index.html",
        *write_table(out / "points", points_table(rows)),
        *write_table(out / "settings", settings_table(settings, list(labels))),
    ]
    return written, notes + [NO_PARQUET] * (not has_parquet())


def _page(folder: Path, rows: Sequence[Row], best: BestBy, labels: dict[str, str]) -> tuple[str, list[str]]:
    shown = best_points(rows, best)
    heard = shown + [c for c in (control_of(rows, row) for row in shown) if c]
    sounds = {
        r.number: (folder / r.audio).read_bytes() for r in heard if r.audio and (folder / r.audio).is_file()
    }
    references, notes = _references(shown) if sounds else ({}, [])
    report = Report(folder.name, rows, settings_in(rows), labels, best, sounds, references)
    return page_of(report), notes


def _references(rows: Sequence[Row]) -> tuple[dict[str, bytes], list[str]]:
    """The recordings behind the best points; one that is gone by now is told."""
    sounds, notes = {}, []
    for path in dict.fromkeys(p for row in rows for p in (row.ref1, row.ref2)):
        try:
            recording = load_reference(path, max_seconds=LONGEST_REFERENCE_S)
            sounds[path] = sound_bytes(recording.wav, recording.sample_rate, "OGG", "VORBIS")
        except InterpError as error:
            notes.append(str(error))
    return sounds, notes


def _varies(rows: Sequence[Row], figure: str) -> bool:
    return len({row.figures[figure] for row in rows if row.figures.get(figure) is not None}) > 1
