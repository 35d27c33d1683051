"""Several local processes: one that dies costs its own job alone, and dies with its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic

from interp.backends.contract import Done, Job, Result

SPAWN = multiprocessing.get_context("spawn")
CLOSE_TIMEOUT_S = 5.0
# Read when the libraries are first imported, so they must stand before the process does.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
IDLE = object()


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Any = IDLE


@dataclass
class Processes(Generic[Job, Result]):
    """See `Backend`.

    Parameters
    ----------
    workers : int, processes
    function : what they do; it is found by its name in the new process
    threads : int, of torch and numpy in each process
    """

    workers: int
    function: Callable[[Job], Result]
    threads: int = 1
    _pool: list[_Worker] = field(default_factory=list, init=False)

    def has_room(self) -> bool:
        """Whether a worker is idle, or may be started."""
        return sum(w.job is not IDLE for w in self._pool) < self.workers

    def submit(self, job: Job) -> None:
        """Hand a job to an idle worker; one is started where none is."""
        worker = next((w for w in self._pool if w.job is IDLE), None) or self._start()
        worker.job = job
        with suppress(OSError):  # it died while idle; the loss is seen in `collect`
            worker.pipe.send(job)

    def collect(self) -> Done[Job, Result]:
        """What the first worker to answer made, or that it died."""
        busy: dict[Any, _Worker] = {w.pipe: w for w in self._pool if w.job is not IDLE}
        assert busy, "nothing was submitted"
        worker = busy[wait(list(busy))[0]]
        job, worker.job = worker.job, IDLE
        try:
            result, error = worker.pipe.recv()
        except (EOFError, OSError):
            self._pool.remove(worker)
            worker.process.join()
            code = worker.process.exitcode
            return Done(job, None, f"its worker process died (exit code {code})")
        if error is not None:
            raise error
        return Done(job, result)

    def close(self) -> None:
        """End every process."""
        for worker in self._pool:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._pool:
            worker.process.join(CLOSE_TIMEOUT_S)
        self._pool.clear()

    def _start(self) -> _Worker:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_work, args=(theirs, self.function), daemon=True)
        with _environment(dict.fromkeys(THREAD_VARIABLES, str(self.threads))):
            process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        worker = _Worker(process, ours)
        self._pool.append(worker)
        return worker


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """These variables for the time of a block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """What a worker does until its parent closes the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            job: Any = pipe.recv()
        except EOFError:
            return
        answer: tuple[Any, Exception | None]
        try:
            answer = function(job), None
        except Exception as error:  # it is the parent's to handle
            answer = None, error
        try:
            pipe.send(answer)
        except BrokenPipeError:  # the parent wants no more
            return


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
