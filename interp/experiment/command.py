"""``interp experiment``: the stages of an experiment, one after another or one alone."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from interp.backends.place import Place
from interp.experiment.measure import measure_all
from interp.experiment.plan import arms_of, trials_of
from interp.experiment.report.report import gather, write_report
from interp.experiment.spec import read_experiment
from interp.experiment.store import Store
from interp.experiment.synthesise import synthesise
from interp.settings.dotted import settings_of
from interp.system.digest import sha256_of
from interp.system.shipped import checkpoint_path


def run_experiment(
    path: Path, stage: str, place: Place, assignments: Sequence[str], say: Callable[[str], None]
) -> None:
    """Run an experiment's file.

    Parameters
    ----------
    path : YAML file
    stage : ``synthesise``, ``measure``, ``report`` or ``all``; what is there already is not made again
    place : where cases are spoken and measured; a cluster must see the folder of runs
    assignments : ``key=value`` over the file
    say : told in a line what is missing or was written

    Raises
    ------
    InterpError
        When the file or its inputs will not do, or the runs folder holds results of others.
    """
    spec = read_experiment(path, assignments)
    arms, checkpoint = arms_of(spec, str(path)), sha256_of(checkpoint_path(spec.checkpoint))
    trials = trials_of(spec, path)
    base = settings_of(spec.base, {}, str(path))
    store = Store(spec.runs)
    store.require_same(arms, trials, checkpoint)
    if stage in ("synthesise", "all"):
        synthesise(spec.runs, arms, trials, spec.batch, place)
        failed = sum(store.failure(a.name, t.name) is not None for a in arms for t in trials)
        n_spoken = sum(len(arm.cases_of(trials)) for arm in arms)
        say(f"{spec.runs}: {len(arms)} conditions of {len(trials)} cases, {n_spoken} in all; {failed} failed")
    if stage in ("measure", "all"):
        left_out = measure_all(spec.runs, arms, trials, spec.measures, base.ref_max_seconds, place)
        if left_out:
            say(f"left out, for their packages are missing: {', '.join(left_out)}")
    if stage in ("report", "all"):
        found = gather(
            spec.runs,
            arms,
            trials,
            windows_end=base.windows.t_tal2,
            title=spec.title,
            command=_command(path, assignments),
            checkpoint=checkpoint,
        )
        say("\n".join(map(str, write_report(found, spec.docs))))


def _command(path: Path, assignments: Sequence[str]) -> str:
    changes = [word for item in assignments for word in ("--set", item)]
    return shlex.join(["interp", "experiment", str(path), *changes])
