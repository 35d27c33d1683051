"""How far a sweep is, in lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from interp.sweep.ledger import State, open_ledger
from interp.sweep.progress import words_of
from interp.system.lock import is_held


def describe_sweep(folder: Path) -> tuple[str, ...]:
    """Lines of ``interp sweep status``: counts, time left for one worker, best point, errors.

    Raises
    ------
    InterpError
        When the folder holds no sweep.
    """
    with open_ledger(folder) as ledger:
        rows, best, counts = ledger.rows(), ledger.best, ledger.counts()
    errors = Counter(row.error for row in rows if row.state == "failed")
    versions = sorted(
        {", ".join(f"{k} {v}" for k, v in row.versions.items()) for row in rows if row.versions}
    )
    return (
        f"{folder}: {len(rows)} points: " + ", ".join(f"{n} {state}" for state, n in counts.items()),
        *(f"  {line}" for line in words_of(rows, best, 1)),
        *(["  no process runs it now"] if counts["running"] and not is_held(folder) else []),
        *(f"  failed {n} times: {error}" for error, n in errors.most_common()),
        *(f"  with {line}" for line in versions),
        *(["  go on with --resume; --retry-failed tries failed points again"] if _unfinished(counts) else []),
    )


def _unfinished(counts: Mapping[State, int]) -> bool:
    return bool(counts["pending"] or counts["running"] or counts["failed"])
