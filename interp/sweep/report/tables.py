"""The ledger as tables for other programs: one row a point, one row a setting; CSV, and Parquet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from interp.reports.tables import write_csv
from interp.sweep.ledger import Row
from interp.sweep.report.summary import Setting, effects
from interp.system.files import whole_file

Table = list[dict[str, Any]]
NO_PARQUET = "no Parquet: pyarrow is not installed; pip install 'interp-speech[sweep]'"


def points_table(rows: Sequence[Row]) -> Table:
    """Everything that is known of every point, in flat columns."""
    return [
        {
            "number": row.number,
            "state": row.state,
            "baseline": row.baseline,
            **_prefixed("axes", row.axes),
            "text": row.text,
            "ref1": row.ref1,
            "ref2": row.ref2,
            "seed": row.seed,
            **row.figures,
            "seconds": row.seconds,
            "error": row.error,
            "audio": row.audio,
            "batch": row.batch,
            "worker": row.worker,
            "finished": row.finished,
            "checkpoint_sha256": row.checkpoint_sha256,
            **_prefixed("version", row.versions),
            **_prefixed("settings", row.settings),
        }
        for row in rows
    ]


def settings_table(settings: Sequence[Setting], figures: Sequence[str]) -> Table:
    """Mean, interval and difference from the control of every figure at every setting."""
    difference = {
        (figure, id(effect.setting)): effect.interval
        for figure in figures
        for effect in effects(settings, figure)
    }
    table = []
    for setting in settings:
        line: dict[str, Any] = {
            "baseline": setting.baseline,
            **_prefixed("axes", setting.axes),
            "points": len(setting.rows),
        }
        for figure in figures:
            for kind, interval in (
                ("mean", setting.mean(figure)),
                ("difference", difference.get((figure, id(setting)))),
            ):
                line[f"{figure}.{kind}"] = interval.mean if interval else None
                line[f"{figure}.{kind}_low"] = interval.low if interval else None
                line[f"{figure}.{kind}_high"] = interval.high if interval else None
        table.append(line)
    return table


def write_table(path: Path, table: Table) -> list[Path]:
    """Write ``path.csv``, and ``path.parquet`` where pyarrow is installed; gives the files written."""
    columns = list(dict.fromkeys(key for line in table for key in line))
    flat = [{key: _cell(line.get(key)) for key in columns} for line in table]
    written = [path.with_suffix(".csv")]
    write_csv(written[0], flat)
    return written + _write_parquet(path.with_suffix(".parquet"), columns, flat)


def has_parquet() -> bool:
    """Whether Parquet can be written here."""
    return find_spec("pyarrow") is not None


def _write_parquet(path: Path, columns: Sequence[str], flat: Table) -> list[Path]:
    if not has_parquet():
        return []
    import pyarrow
    import pyarrow.parquet

    arrays = {key: _one_kind([line[key] for line in flat]) for key in columns}
    with whole_file(path) as temporary:
        pyarrow.parquet.write_table(pyarrow.table(arrays), temporary)
    return [path]


def _one_kind(values: list[Any]) -> list[Any]:
    """Values that fit into one typed column: text where kinds are mixed."""
    kinds = {type(v) for v in values if v is not None}
    if len(kinds) <= 1 or kinds == {int, float}:
        return [float(v) if kinds == {int, float} and v is not None else v for v in values]
    return [None if v is None else str(v) for v in values]


def _prefixed(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}.{key}"
        flat.update(_prefixed(name, value) if isinstance(value, Mapping) else {name: value})
    return flat


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple) else value
