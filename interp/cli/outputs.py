"""Where sounds go, checked before work starts: writable, each its own, none a recording that is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from interp.cli.jobs import STANDARD_OUTPUT, Job
from interp.system.files import require_replaceable, require_writable
from masks.errors import InterpError


def require_outputs(jobs: tuple[Job, ...], overwrite: bool, report: Path | None) -> None:
    """Refuse what would be lost or could not be written.

    Raises
    ------
    InterpError
        When a folder or file cannot be written, two jobs write one file, a file is a reference of these
        jobs, or is there already and may not be overwritten.
    """
    if any(job.out is None for job in jobs):
        _require_stdout()
    outs = [(job, job.out) for job in jobs if job.out is not None]
    _require_distinct(outs)
    _require_no_reference(jobs, outs)
    if not overwrite:
        _require_new([out for _, out in outs])
    for folder in {out.parent for _, out in outs} | ({report} if report else set()):
        require_writable(folder)
    for _, out in outs:
        require_replaceable(out)


def _require_stdout() -> None:
    if sys.stdout is None or sys.stdout.closed:
        raise InterpError(f"{STANDARD_OUTPUT}: is closed, so no sound can go there; give --out a file")
    if sys.stdout.isatty():
        raise InterpError(
            f"{STANDARD_OUTPUT}: is a terminal; pipe the sound on, as in --out - | aplay, or give a file"
        )


def _require_distinct(outs: Iterable[tuple[Job, Path]]) -> None:
    writers: dict[str, Job] = {}
    for job, out in outs:
        other = writers.setdefault(os.path.normcase(os.path.realpath(out)), job)
        if other is not job:
            first = other.where.removesuffix(": ")
            raise InterpError(f"{job.where}{out} is written by {first} too; name another")


def _require_no_reference(jobs: Iterable[Job], outs: Iterable[tuple[Job, Path]]) -> None:
    """Of one file under two names, as by links, the file itself decides."""
    read = {_identity(ref): ref for job in jobs for ref in (job.ref1, job.ref2)}
    for job, out in outs:
        identity = _identity(out)
        if identity and (ref := read.get(identity)):
            raise InterpError(
                f"{job.where}{out} is the reference {ref}, which would be lost; choose another name"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _require_new(outs: list[Path]) -> None:
    there = [out for out in outs if os.path.exists(out) and not os.path.isdir(out)]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise InterpError(
            f"{there[0]}{more}: exists already; add --overwrite, or choose another folder with --out-dir"
        )
