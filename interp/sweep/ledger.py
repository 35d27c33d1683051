"""The ledger: one SQLite row per point, changed by whole batches: a kill loses and repeats nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from interp.settings.resolve import settings_from
from interp.sweep.point import Figures, Outcome, Point
from interp.sweep.spec import BestBy
from masks.errors import InterpError

FILE = "ledger.sqlite"
FORMAT = "interp-sweep-1"
State = Literal["pending", "running", "done", "failed"]
STATES: tuple[State, ...] = ("pending", "running", "done", "failed")
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE points (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    batch INTEGER NOT NULL,
    baseline INTEGER NOT NULL,
    axes TEXT NOT NULL,
    settings TEXT NOT NULL,
    text TEXT NOT NULL,
    ref1 TEXT NOT NULL,
    ref2 TEXT NOT NULL,
    seed TEXT NOT NULL,
    planned_checkpoint TEXT NOT NULL,
    cost REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
    figures TEXT,
    error TEXT,
    seconds REAL,
    versions TEXT,
    checkpoint_sha256 TEXT,
    worker TEXT,
    audio TEXT,
    finished REAL
);
"""


@dataclass(frozen=True)
class Row:
    """A point as the ledger has it; ``figures`` is empty unless it is done."""

    number: int
    batch: int
    baseline: bool
    axes: Mapping[str, Any]
    settings: Mapping[str, Any]
    text: str
    ref1: str
    ref2: str
    seed: int
    cost: float
    state: State
    figures: Figures
    error: str | None
    seconds: float | None
    versions: Mapping[str, str]
    checkpoint_sha256: str | None
    worker: str | None
    audio: str | None
    finished: float | None

    @property
    def unit(self) -> tuple[str, str, str, int]:
        """What two settings are compared on: the same text, references and seed."""
        return self.text, self.ref1, self.ref2, self.seed


class Ledger:
    """An open ledger; only the process that runs the sweep writes to it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self.path = path

    def meta(self) -> dict[str, str]:
        """What is said of the sweep as a whole: format, fingerprint, its YAML file."""
        return dict(self._db.execute("SELECT name, value FROM meta").fetchall())

    def rows(self) -> list[Row]:
        """All points in order."""
        cursor = self._db.execute("SELECT * FROM points ORDER BY number")
        names = [column[0] for column in cursor.description]
        return [_row(dict(zip(names, values, strict=True))) for values in cursor]

    @property
    def best(self) -> BestBy:
        """What is called best."""
        return settings_from(BestBy, json.loads(self.meta()["best"]), str(self.path))

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures that were taken."""
        return tuple(json.loads(self.meta()["measures"]))

    def counts(self) -> dict[State, int]:
        """Points in each state."""
        found = dict(self._db.execute("SELECT state, count(*) FROM points GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def numbers(self, *states: State) -> list[int]:
        """Numbers of the points in these states."""
        marks = ", ".join("?" * len(states))
        query = f"SELECT number FROM points WHERE state IN ({marks}) ORDER BY number"
        return [number for (number,) in self._db.execute(query, states)]

    def reset(self, *states: State) -> None:
        """Points in these states wait again."""
        marks = ", ".join("?" * len(states))
        with self._whole():
            self._db.execute(
                f"UPDATE points SET state = 'pending', error = NULL WHERE state IN ({marks})", states
            )

    def start(self, numbers: Sequence[int]) -> None:
        """Points were handed to a worker."""
        with self._whole():
            self._db.executemany(
                "UPDATE points SET state = 'running' WHERE number = ?", [(n,) for n in numbers]
            )

    def finish(self, outcomes: Iterable[Outcome], audio: Mapping[int, str]) -> None:
        """Record what came of a batch, all of it or nothing; ``audio``: number to file name."""
        now = time.time()
        with self._whole():
            self._db.executemany(
                "UPDATE points SET state = ?, figures = ?, error = ?, seconds = ?, versions = ?, "
                "checkpoint_sha256 = ?, worker = ?, audio = ?, finished = ? WHERE number = ?",
                [(*_result(o), audio.get(o.number), now, o.number) for o in outcomes],
            )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def create_ledger(
    folder: Path, points: Sequence[Point], costs: Sequence[float], meta: Mapping[str, str]
) -> None:
    """Write a new ledger, whole or not at all: a kill before the end leaves an empty file of tables.

    Raises
    ------
    InterpError
        When the folder cannot be written.
    """
    with closing(_connect(folder / FILE)) as db:
        rows = [_new_row(point, cost) for point, cost in zip(points, costs, strict=True)]
        db.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, SCHEMA.split(";")):
            db.execute(statement)
        db.executemany("INSERT INTO meta VALUES (?, ?)", list({"format": FORMAT, **meta}.items()))
        columns = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO points ({columns}) VALUES ({marks})", [tuple(r.values()) for r in rows])
        db.execute("COMMIT")


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """The ledger of a folder.

    Raises
    ------
    InterpError
        When there is none, or the file is something else.
    """
    if not has_ledger(folder):
        raise InterpError(f"{folder}: holds no sweep; give the folder that `interp sweep FILE.yaml` wrote")
    with closing(_connect(folder / FILE)) as db:
        ledger = Ledger(db, folder / FILE)
        found = ledger.meta().get("format")
        if found != FORMAT:
            raise InterpError(
                f"{ledger.path}: has format {found}, {FORMAT} is needed; sweep into another folder"
            )
        yield ledger


def has_ledger(folder: Path) -> bool:
    """Whether a folder holds a ledger that was written whole.

    Raises
    ------
    InterpError
        When a file of that name is no SQLite database.
    """
    path = folder / FILE
    if not path.is_file():
        return False
    with closing(_connect(path)) as db:
        return bool(db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'points'").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=30.0)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise InterpError(f"{path}: cannot be used as a ledger ({error}); choose another folder") from error
    return db


def _new_row(point: Point, cost: float) -> dict[str, Any]:
    return {
        "number": point.number,
        "key": point.key,
        "batch": point.batch,
        "baseline": int(point.baseline),
        "axes": json.dumps(dict(point.axes)),
        "settings": json.dumps(point.identity["settings"]),
        "text": point.text,
        "ref1": str(point.ref1),
        "ref2": str(point.ref2),
        # Text: SQLite's whole numbers end at 2^63 - 1 and so do seeds, but no reader need know that.
        "seed": str(point.settings.seed),
        "planned_checkpoint": point.checkpoint_sha256,
        "cost": cost,
        "state": "pending",
    }


def _result(outcome: Outcome) -> tuple[Any, ...]:
    return (
        "failed" if outcome.figures is None else "done",
        None if outcome.figures is None else json.dumps(dict(outcome.figures)),
        outcome.error,
        outcome.seconds,
        json.dumps(dict(outcome.versions)),
        outcome.checkpoint_sha256,
        outcome.worker,
    )


def _row(values: Mapping[str, Any]) -> Row:
    return Row(
        number=values["number"],
        batch=values["batch"],
        baseline=bool(values["baseline"]),
        axes=json.loads(values["axes"]),
        settings=json.loads(values["settings"]),
        text=values["text"],
        ref1=values["ref1"],
        ref2=values["ref2"],
        seed=int(values["seed"]),
        cost=values["cost"],
        state=values["state"],
        figures=json.loads(values["figures"] or "{}"),
        error=values["error"],
        seconds=values["seconds"],
        versions=json.loads(values["versions"] or "{}"),
        checkpoint_sha256=values["checkpoint_sha256"],
        worker=values["worker"],
        audio=values["audio"],
        finished=values["finished"],
    )
