"""A sweep from its plan to its last point: a ledger made or taken up again, batches out, outcomes in."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interp.backends.contract import Done
from interp.settings.resolve import mapping_of
from interp.sweep.estimate import cost_of
from interp.sweep.ledger import Ledger, State, create_ledger, has_ledger, open_ledger
from interp.sweep.outcomes import failed
from interp.sweep.point import Batch, Outcome, Speakers
from interp.system.files import make_folder, require_writable, whole_file
from interp.system.lock import only_run
from masks.errors import InterpError

if TYPE_CHECKING:
    from interp.sweep.plan import Plan

AUDIO = "audio"
OnOutcomes = Callable[[Ledger, list[Outcome]], None]
MakeBackend = Callable[[], Speakers]


def run_sweep(
    plan: Plan,
    folder: Path,
    make_backend: MakeBackend,
    *,
    resume: bool = False,
    retry_failed: bool = False,
    on_start: Callable[[Ledger, Speakers], None] = lambda ledger, backend: None,
    on_outcomes: OnOutcomes = lambda ledger, outcomes: None,
) -> dict[State, int]:
    """Run what is left of a sweep.

    Parameters
    ----------
    plan : every point
    folder : for the ledger and kept sound
    make_backend : where batches run; called only when something is left to run
    resume : go on with a ledger that is there; a fresh one is made where none is
    retry_failed : points that failed wait again; implies ``resume``
    on_start, on_outcomes : told of the ledger before the first point, and after each batch was recorded

    Returns
    -------
    points in each state

    Raises
    ------
    InterpError
        When the folder holds a sweep and neither flag is given, holds one of other settings, weights or
        references, or is in use by another process.
    """
    require_writable(make_folder(folder))
    with only_run(folder):
        _ledger_for(plan, folder, resume or retry_failed)
        with open_ledger(folder) as ledger:
            ledger.reset("running")
            if retry_failed:
                ledger.reset("failed")
            waiting = deque(plan.batches(ledger.numbers("pending")))
            if waiting:
                backend = make_backend()
                try:
                    on_start(ledger, backend)
                    _drain(waiting, backend, ledger, folder, on_outcomes)
                finally:
                    backend.close()
            return ledger.counts()


def _drain(
    waiting: deque[Batch], backend: Speakers, ledger: Ledger, folder: Path, on_outcomes: OnOutcomes
) -> None:
    running = 0
    while waiting or running:
        while waiting and backend.has_room():
            batch = waiting.popleft()
            ledger.start([point.number for point in batch.points])
            backend.submit(batch)
            running += 1
        done = backend.collect()
        running -= 1
        if done.lost is not None and len(done.job.points) > 1:
            waiting.extendleft(replace(done.job, points=(point,)) for point in reversed(done.job.points))
            continue
        outcomes = _outcomes(done)
        ledger.finish(outcomes, {o.number: _keep(folder, o) for o in outcomes if o.audio is not None})
        on_outcomes(ledger, outcomes)


def _outcomes(done: Done[Batch, Sequence[Outcome]]) -> list[Outcome]:
    """Those of a batch; of a point that a worker died of, that it failed."""
    if done.lost is not None:
        return [failed(point, RuntimeError(done.lost)) for point in done.job.points]
    assert done.result is not None
    return list(done.result)


def _keep(folder: Path, outcome: Outcome) -> str:
    name = f"{AUDIO}/{outcome.number:06d}.ogg"
    with whole_file(folder / name) as temporary:
        temporary.write_bytes(outcome.audio or b"")
    return name


def _ledger_for(plan: Plan, folder: Path, resume: bool) -> None:
    """Make the ledger, or see that the one that is there belongs to the plan."""
    if not has_ledger(folder):
        costs = [cost_of(p.settings, p.text) for p in plan.points]
        spec = plan.spec.path.read_text(encoding="utf-8")
        create_ledger(
            folder, plan.points, costs, {"fingerprint": plan.fingerprint, "spec": spec, **_described(plan)}
        )
        return
    with open_ledger(folder) as ledger:
        counts = ledger.counts()
        if not resume:
            raise InterpError(
                f"{folder}: holds a sweep already, {counts['done']} of {sum(counts.values())} points done; "
                "add --resume to go on with it, or give another --out"
            )
        require_same(plan, folder, ledger)


def require_same(plan: Plan, folder: Path, ledger: Ledger) -> None:
    """Refuse to go on with a ledger of other inputs.

    Raises
    ------
    InterpError
        Naming the first difference.
    """
    meta = ledger.meta()
    if meta["fingerprint"] != plan.fingerprint:
        raise InterpError(
            f"{folder}: was begun with other inputs: {_difference(meta, plan, ledger)}; results are not "
            "mixed: give another --out, or restore what was changed"
        )


def _described(plan: Plan) -> dict[str, str]:
    """What a change is told by: hashes of the files, by name."""
    checkpoints = {p.settings.checkpoint: p.checkpoint_sha256 for p in plan.points}
    references = {
        str(path): sha
        for p in plan.points
        for path, sha in zip((p.ref1, p.ref2), p.references_sha256, strict=True)
    }
    return {
        "checkpoints": json.dumps(checkpoints),
        "references": json.dumps(references),
        "measures": json.dumps(plan.spec.plain.measures),
        "best": json.dumps(mapping_of(plan.spec.plain.best)),
    }


def _difference(meta: Mapping[str, str], plan: Plan, ledger: Ledger) -> str:
    """The first thing in which a plan differs from a ledger."""
    now = _described(plan)
    for kind in ("checkpoints", "references"):
        old, new = json.loads(meta[kind]), json.loads(now[kind])
        for name in old.keys() & new.keys():
            if old[name] != new[name]:
                return f"{kind[:-1]} {name} was {old[name][:12]} and is {new[name][:12]}"
    rows = ledger.rows()
    if len(rows) != len(plan.points):
        return f"it has {len(rows)} points, the file now gives {len(plan.points)}"
    for row, point in zip(rows, plan.points, strict=True):
        before = {**_flat(row.settings), "text": row.text}
        after = {**_flat(point.identity["settings"]), "text": point.text}
        changed = [key for key in after if before.get(key) != after[key]]
        if changed:
            key = changed[0]
            return f"{key} of point {row.number} was {before.get(key)!r} and is {after[key]!r}"
    return "the references of its points, or its measures"


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat.update(
            _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
        )
    return flat
