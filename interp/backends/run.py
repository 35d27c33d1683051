"""Jobs through a backend: as they end, or in their order; the first error or loss ends the work."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Generic

from interp.backends.contract import Backend, Done, Job, Result
from interp.backends.place import Place
from masks.errors import InterpError


def results_of(
    function: Callable[[Job], Result], jobs: Iterable[Job], place: Place
) -> Generator[tuple[Job, Result]]:
    """Every job with its result, as they end.

    Raises
    ------
    InterpError
        When a worker died.
    """
    backend = place.open(function)
    with closing(backend):
        yield from _through(backend, iter(jobs))


def results_in_order(
    function: Callable[[Job], Result], jobs: Iterable[Job], place: Place
) -> Generator[Result]:
    """The results of jobs, which may have no end, in the order of the jobs.

    Raises
    ------
    InterpError
        When a worker died.
    """
    early: dict[int, Result] = {}
    wanted = 0
    with closing(results_of(_Numbered(function), enumerate(jobs), place)) as results:
        for (number, _), result in results:
            early[number] = result
            while wanted in early:
                yield early.pop(wanted)
                wanted += 1


@dataclass(frozen=True)
class _Numbered(Generic[Job, Result]):
    """A function of a job that does not mind the job's number."""

    function: Callable[[Job], Result]

    def __call__(self, numbered: tuple[int, Job]) -> Result:
        return self.function(numbered[1])


def _through(backend: Backend[Job, Result], coming: Iterable[Job]) -> Generator[tuple[Job, Result]]:
    """Keeps the backend full, also while a result is looked at."""
    coming, running, finished = iter(coming), 0, None
    while True:
        while backend.has_room() and (job := next(coming, None)) is not None:
            backend.submit(job)
            running += 1
        if finished is not None:
            yield finished
        if not running:
            return
        finished = _sound(backend.collect())
        running -= 1


def _sound(done: Done[Job, Result]) -> tuple[Job, Result]:
    if done.lost is not None:
        raise InterpError(f"a job was lost: {done.lost}; free some memory, or use fewer workers, and go on")
    return done.job, done.result  # type: ignore[return-value]
